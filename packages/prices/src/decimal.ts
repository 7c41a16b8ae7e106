/** Decimals as whole numbers of 10⁻ˢᶜᵃˡᵉ: sums and products of them are exact. */

/** How many digits behind the point prices may have. */
export const priceScale = 12

const form = /^(\d{1,12})(?:\.(\d{1,12}))?$/

/** A decimal of at most 12 digits before and behind the point, in units of 10⁻¹². Throws a `RangeError` for others. */
export function toPriceUnits(decimal: string): bigint {
  const [, whole, fraction = ''] = form.exec(decimal) ?? []
  if (whole === undefined) throw new RangeError(`${decimal} is no price.`)
  return BigInt(whole + fraction.padEnd(priceScale, '0'))
}

/** A number from 0 to 10⁹ as the decimal that it was written as: doubles keep up to 15 digits of it. */
export function toDecimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  return formatUnits(toPriceUnits(value.toFixed(priceScale)), priceScale)
}

/** Units of 10⁻ˢᶜᵃˡᵉ as a decimal without zeros at its end. */
export function formatUnits(units: bigint, scale: number): string {
  const isNegative = units < 0n
  const digits = (isNegative ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  let end = digits.length
  while (end > digits.length - scale && digits.charAt(end - 1) === '0') end -= 1
  const fraction = digits.slice(digits.length - scale, end)
  return `${isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
