// The days of a week as the account names them, and the time zone of this browser.

export const weekDays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
export const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone
