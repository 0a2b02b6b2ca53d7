import { describe, expect, it } from 'vitest'
import { commandOf, merge, writingOf, type Draft } from './draft'

const kim = { id: 'user:kim', info: '' }
const lee = { id: 'user:lee', info: '' }
const base: Draft = { description: 'orders', owners: [kim], experts: [] }

describe('what two people write at once', () => {
  it('goes together where they wrote different parts', () => {
    const { draft, clashes } = merge(base, { ...base, description: 'one line per order' }, { ...base, owners: [lee] })
    expect(draft).toEqual({ description: 'one line per order', owners: [lee], experts: [] })
    expect(clashes).toEqual([])
  })
  it('clashes where both wrote the same part otherwise', () => {
    const { draft, clashes } = merge(base, { ...base, description: 'mine' }, { ...base, description: 'theirs', experts: [lee] })
    expect(clashes).toEqual(['description'])
    expect(draft).toEqual({ description: 'mine', owners: [kim], experts: [lee] })
  })
  it('is no clash when both wrote the same', () => {
    expect(merge(base, { ...base, owners: [] }, { ...base, owners: [] }).clashes).toEqual([])
  })
})

describe('what is sent', () => {
  it('names only what changed', () => {
    expect(writingOf(base, { ...base, description: ' new ' })).toEqual({ description: 'new' })
    expect(writingOf(base, base)).toEqual({})
  })
  it('keeps owners when only experts changed', () => {
    expect(writingOf(base, { ...base, experts: [lee] })).toEqual({ contacts: { Owner: [kim], Expert: [lee] } })
  })
})

describe('the command that does the same', () => {
  it('is safe for a shell, whatever people wrote', () => {
    const to: Draft = { description: "it's $(rm)", owners: [], experts: [lee] }
    expect(commandOf({ asset: 'postgresql://shop/a b', column: '-x' }, base, to)).toBe(
      "purlieu asset edit 'postgresql://shop/a b' --column=-x --description='it'\\''s $(rm)' --owner='' --expert=user:lee",
    )
  })
})
