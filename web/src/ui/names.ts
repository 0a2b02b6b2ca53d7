// Names of things in sources, as they stand in qualified names.

/** decoded is one name of a path as people read it; what is not well escaped stays as it is. */
export function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
