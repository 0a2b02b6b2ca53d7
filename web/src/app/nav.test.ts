// The ways of the shell have a key each, and what Help names to read is there.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { docs } from '../ui/helpStrings'
import { ways } from './nav'

it('each way has one letter of its own', () => {
  expect(ways.map(way => way.key).filter(key => !/^[a-z]$/.test(key))).toEqual([])
  expect(new Set(ways.map(way => way.key)).size).toBe(ways.length)
})

it.each(docs)('$file is there to read', ({ file }) => expect(existsSync(join(import.meta.dirname, '../../../docs', file))).toBe(true))
