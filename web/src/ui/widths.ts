// The widths at which pages change their arrangement, and nothing else does.
export const narrow = '@media (max-width: 639px)' // a phone: one column, navigation at the bottom
export const medium = '@media (max-width: 1199px)' // navigation without words
export const wide = '@media (min-width: 1700px)' // room for a second column of details
