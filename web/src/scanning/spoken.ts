/** spoken says a closed word of a node as people would: "PermissionDenied" is "Permission denied". */
export const spoken = (code: string) => code.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
