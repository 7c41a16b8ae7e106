/** A few of each kind from the Big List of Naughty Strings (Max Woolf, MIT). */
// prettier-ignore
export const naughtyTexts = [
  'undefined', 'null', 'NaN', 'hasOwnProperty', 'then', '\\', '\\\\', '0', '1.00', '$1.00', '-1/2', '0x0', '0xffffffff', '1,000.00', '１２３',
  '1E+02', '-.',
  ",./;'[]\\-=", '<>?:"{}|_+', '!@#$%^&*()`~', '\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\u000e\u001f\u007f', '\u0080\u0084\u0086\u009f',
  '\t\u000b\f \u0085\u00a0\u1680\u2000\u2028\u205f\u3000',
  '\u00ad\u0600\u061c\u180e\u200b\u2060\ufeff\ufff9', '\ufeff', '\ufffe', 'Ω≈ç√∫˜µ≤≥÷', 'åß∂ƒ©˙∆˚¬…æ', '¡™£¢∞§¶•ªº–≠', '¸˛Ç◊ı˜Â¯˘¿',
  'ÅÍÎÏ˝ÓÔÒÚÆ☃', '⅛⅜⅝⅞', 'ЁЂЃЄЅІЇ', '٠١٢٣٤٥٦٧٨٩', '⁰⁴⁵', '₀₁₂',
  'ด้้้้้็็็็็้้้้้็็็็็', "'", '"', '""', "''''\"", '田中さんにあげて下さい', '찦차를 타고 온 펲시맨과', '𠜎𠜱𠝹𠱓', 'Ⱥ', '😍', '👾 🙇 💁', '👨‍👩‍👦', '🇺🇸🇷🇺', '✋🏿', '１２３',
  'ثم نفس سقطت', 'הָיְתָהtest', '﷽', '\u202atest\u202b', '\u2067test\u2066',
  'Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤', '˙ɐnbᴉlɐ ɐuƃɐɯ', 'Ｔｈｅ ｑｕｉｃｋ', '𝕋𝕙𝕖', '<script>alert(0)</script>', '<img src=x onerror=alert(1) />',
  '"><svg/onload=1>', 'javascript:alert(1)', '1;DROP TABLE users', "1'; DROP TABLE users-- 1", "' OR 1=1 -- 1", '%', '_',
  '--', '--help', '$USER', '`touch x`', '$(touch x)', '@{[system "touch"]}', '<?xml version="1.0"?><!DOCTYPE foo>', '$HOME', '%d',
  '%s%s%s%n', '{0}', '%*.*s', '../../../etc/passwd%00', '() { 0; }; touch x', 'CON', 'PRN', 'LPT1', 'Scunthorpe General Hospital',
  "If you're reading this, you've been in a coma", 'But now...\u001b[20Cfor my greatest trick', 'Power لُلُصّبُلُلصّبُررً ॣ ॣh ॣ ॣ 冗',
  '{% print 1 %}', '{{ "{{" }}', '=cmd()', '+1', '@SUM(1)', 'a\r\nb', '\\N', '\\.', '\\t',
]
