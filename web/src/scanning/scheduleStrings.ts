// What the form of a schedule says. Apart from the others, for only one page shows it.

export const words = {
  schedule: (scan: string) => `The schedule of ${scan}`, lastTime: 'Last time:',
  pause: 'Pause', resume: 'Resume', pausedNotice: (scan: string) => `${scan} is paused`, resumedNotice: (scan: string) => `${scan} runs by itself again`,
  scheduled: (scan: string) => `The schedule of ${scan} was saved`, unschedule: (scan: string) => `Remove the schedule of ${scan}?`, unscheduleText: 'The scan then runs only when somebody starts it.', unscheduled: (scan: string) => `${scan} runs only when started`,
  scheduleBack: (scan: string) => `The schedule of ${scan} is as before`,
  moreThanForm: 'This schedule says more than this form can write. Saving replaces it; the client shows it whole.',
  everyLabel: 'Every', unitLabel: 'Unit', atLabel: 'At', minuteLabel: 'At minute', hoursLabel: 'Also at these hours', hoursHint: 'At the same minute, such as 9, 15. Empty: once a day.', endLabel: 'Not after', endHint: 'By your clock. Empty: without end.', onLabel: 'On', monthDaysLabel: 'On these days of the month', monthDaysHint: 'Such as 1, 15; -1 is the last day.', zoneLabel: 'Time zone', zoneHint: 'The clock that counts, summer time included.', fullEachTime: 'Read everything anew each time', notBefore: (at: string) => `Not before ${at}`,
  frequencies: { Hour: 'hours', Day: 'days', Week: 'weeks', Month: 'months' },
}
