// What is told of where an asset comes from: its source, and the run that saw it last. Each has its place before it is known.
import { useQuery } from '@tanstack/react-query'
import { origin, type Origin } from '../client/api'
import { Link, Soft, When } from '../ui/Parts'
import { isUnknown } from '../ui/States'
import { Unknown } from '../ui/Unknown'
import { words } from './strings'

export function SourceOf({ guid }: { guid: string }) {
  const asked = useQuery(origin(guid))
  const data = asked.data
  if (!data) return <Unknown of={asked} what={words.source}>{isUnknown(asked) ? undefined : '\u00a0'}</Unknown>
  if (!data.source) return <Soft>{words.byHand}</Soft>
  return data.sourceOpen ? <Link to="/sources/$source" params={{ source: data.source }}>{data.source}</Link> : data.source
}

export function SeenLast({ guid }: { guid: string }) {
  const asked = useQuery(origin(guid))
  const data = asked.data
  if (!data) return <Unknown of={asked} what={words.seen}>{isUnknown(asked) ? undefined : '\u00a0'}</Unknown>
  if (!data.seen) return <Soft>{words.notSeen}</Soft>
  const { at, whole } = data.seen
  return <span title={whole ? undefined : words.seenLatestWhy}><When at={at} />{!whole && <> {words.seenLatest}</>} <Soft><ByRun of={data.seen} /></Soft></span>
}

function ByRun({ of: { run, scan } }: { of: NonNullable<Origin['seen']> }) {
  return run ? <Link to="/runs/$run" params={{ run }}>{words.byRunOf(scan)}</Link> : words.byRunOf(scan)
}
