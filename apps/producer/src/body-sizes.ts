/** From this size on, reading a body takes longer than handing it over, and long enough to hold up other requests. */
export const largeBodyBytes = 8_192

/** From this size on, bodies are read one after the other, by a thread that does nothing else. */
export const hugeBodyBytes = 1_048_577
