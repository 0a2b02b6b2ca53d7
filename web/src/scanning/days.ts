// The days of a week as the account names them, how people read them, and the zone of whoever looks.
export const weekDays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

const named = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' })

/** dayName is how people read a day of the week. */
export const dayName = (day: string) => {
  const i = weekDays.findIndex(d => d === day)
  return i < 0 ? day : named.format(Date.UTC(2024, 0, 1 + i)) // a Monday
}

export const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone
