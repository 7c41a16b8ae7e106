/** The `n_` files of JSONTestSuite (Nicolas Seriot, MIT), but those that only repeat another. */
// prettier-ignore
export const brokenJson = [
  '[1 true]', '[1,,2]', '["x",,]', '["x"]]', '["",]', '["x"', '[x', '[3[4]]', '[1:2]', '[,1]', '[1,]', '[-]', '[   , ""]', '[*]', '[""', '[1,',
  '[nu]', '[tru]', '[fals]', '-01', '-1.0.', '-2.', '.-1', '.2e-3', '0.1.2', '0.3e+', '0.3e', '0.e1', '0E+', '0E', '1.0e+', '1.0e-', '1.0e',
  '1 000.0', '1eE2', '2.e+3', '9.e+', '+Inf', '1+2', '0x1', '0x42', 'Infinity', '-Infinity', '- 1', '-foo', 'NaN', '-NaN', 'undefined', '１',
  '01',
  '-012', '+1', '++1234', '1.', '1a', '.123', '"\\uD800\\"', '"\\uD800\\u1"', '"\\uD800\\u1x"', '"\\x00"', '"\\\\\\"', '"\\a"', '"\\u00A"',
  '"\\uqqqq"',
  "'single'", '"a\tb"', '"a\nb"', '"a\0b"', 'abc', '"\\', '"\\u"', '{"x", null}', '{"x"::"b"}', '{key: "v"}', '{"a":"a" 123}', '{"a" b}',
  '{"a":1,}', '{,}',
  '{1:1}', '{"a":true} "x"', '1/**/', '1//', '#', '<null>', '\u2060', '\f', '{"a":"b",,"c":"d"}', '{"a":/*comment*/"b"}', '{"a', '*', '`a`',
  '1_000', '0b1', '0o7',
]

/** The `y_` files of JSONTestSuite, and those of its `i_` files that Weir takes, but those that only repeat another. */
// prettier-ignore
export const oddJson = [
  '[[]   ]', '[""]', '[]', '["a"]', '[false]', '[null, 1, "1", {}]', '[1,null,null,null,2]', '[2] ', ' [1]', '[123e65]', '[0e+1]', '[0e1]',
  '[ 4]', '-0', '-0.0',
  '-1', '-123', '20e1', '123e-1', '1E22', '1E-2', '1E+2', '123.456789', '123e45', '123.456e78', '-0.000000000000000000000000000000000000000001',
  '{"asd":"sdf", "dfg":"fgh"}', '{"a":"b","a":"c"}', '{}', '{"":0}', '{ "min": -1.0e+28, "max": 1.0e+28 }', '{"a":[]}', '{\n"a": "b"\n}',
  '"\\u0060\\u012a\\u12AB"', '"\\ud801\\udc37"', '"\\ud83d\\ude39\\ud83d\\udc8d"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\\\u0000"', '"\\""',
  '"a/*b*/c/*d//e"', '"\\\\a"', '"\\\\n"',
  '"\\u0012"', '"\\uFFFF"', '"asd "', '"\\uDBFF\\uDFFF"', '"new\\u00A0line"', '"\u{10ffff}"', '"\uffff"',
  '"\\u002c"', '"\u03c0"', '"\u{1bfff}"',
  '" "', '"\\uD834\\uDd1e"', '"\\u0821"', '"\\u0123"', '"\u2028"', '"\u2029"', '"\\u0061\\u30af\\u30EA\\u30b9"', '"new\\u000Aline"', '"\u007f"',
  '"\\uA66D"', '"\\u005C"', '"⍂㈴⍂"',
  '"\\u200B"', '"\\u2064"', '"\\uFDD0"', '"\\uFFFE"', '"\\u0022"', '"€𝄞"', '"aa\u007faa"', '1e-400', '0.1e-999', '"\\u0001"', 'true', 'false',
  'null', '""', '\t1\r\n',
]

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
