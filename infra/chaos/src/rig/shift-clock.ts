// Preloaded into a service whose machine has a wrong clock: by CLOCK_SHIFT_MS.
const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0)
const RealDate = Date
const nowMs = (): number => RealDate.now() + shiftMs

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    // The proxy stands for the class itself: what `new` gives is an object.
    Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget) as object,
  apply: () => new RealDate(nowMs()).toString(),
  get: (target, name, receiver) => (name === 'now' ? nowMs : Reflect.get(target, name, receiver)),
})
