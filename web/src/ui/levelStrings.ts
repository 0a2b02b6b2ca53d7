// How deep a scan reads.

/** The levels of a scan, each with all that the one before reads. */
export const levels: Record<string, { title: string; text: string }> = {
  L1: { title: 'Names and sizes', text: 'What there is. The least load, and the least that leaves.' },
  L2: { title: 'Structure', text: 'And columns, types, keys, comments and lineage.' },
  L3: { title: 'Classification', text: 'And what kinds of content are in it, from up to 128 values of each column. Values are looked at on the node and never leave it.' },
}

/** levelTitle is what a level is called; itself, where an account knows more of them than we. */
export const levelTitle = (level: string | undefined) => levels[level ?? '']?.title ?? level
