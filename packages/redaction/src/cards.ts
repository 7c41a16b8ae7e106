interface Issuer {
  /** The first digits, from and to. */
  from: number
  to: number
  lengths: readonly number[]
}

const maestroLengths = [13, 14, 15, 16, 17, 18, 19]
const longLengths = [16, 17, 18, 19]

/** First digits and lengths of the numbers that issuers give. */
const issuers: readonly Issuer[] = [
  { from: 4, to: 4, lengths: [13, 16, 19] },
  { from: 51, to: 55, lengths: [16] },
  { from: 2_221, to: 2_720, lengths: [16] },
  { from: 34, to: 34, lengths: [15] },
  { from: 37, to: 37, lengths: [15] },
  { from: 6_011, to: 6_011, lengths: longLengths },
  { from: 644, to: 659, lengths: longLengths },
  { from: 300, to: 305, lengths: [14] },
  { from: 36, to: 36, lengths: [14] },
  { from: 38, to: 39, lengths: [14, 16] },
  { from: 3_528, to: 3_589, lengths: longLengths },
  { from: 62, to: 62, lengths: longLengths },
  { from: 5_018, to: 5_018, lengths: maestroLengths },
  { from: 5_020, to: 5_020, lengths: maestroLengths },
  { from: 5_038, to: 5_038, lengths: maestroLengths },
  { from: 6_304, to: 6_304, lengths: maestroLengths },
  { from: 6_759, to: 6_763, lengths: maestroLengths },
]

/** Whether the digits can be the number of a payment card: its issuer's first digits and length, and its check digit. */
export function isCardNumber(digits: string): boolean {
  const isIssued = issuers.some(({ from, to, lengths }) => {
    const lead = Number(digits.slice(0, String(from).length))
    return lead >= from && lead <= to && lengths.includes(digits.length)
  })
  return isIssued && hasCheckDigit(digits)
}

/** Luhn's algorithm. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30
    const weighted = i % 2 === 0 ? digit : 2 * digit
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}

/** Least and most of a number that can be a card's; the first digit of one is 2 to 6. */
const leastCard = 1e12
const mostCard = 1e19

/** Whether a number can be a card's before anybody looks closer. */
export function mayBeCard(value: number): boolean {
  if (value < leastCard || value >= mostCard) return false
  let lead = value
  while (lead >= 10) lead /= 10
  return lead >= 2 && lead < 7
}
