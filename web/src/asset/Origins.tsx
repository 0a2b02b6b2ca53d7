// What is told of where an asset comes from: its source, and the run that saw it last. Each has its place before it is known.
import { useQuery } from '@tanstack/react-query'
import { origin, type Origin } from '../client/api'
import { Link, Soft, When } from '../ui/Parts'
import { words } from './strings'

export function SourceOf({ guid }: { guid: string }) {
  const { data, isError } = useQuery(origin(guid))
  if (!data) return <Soft>{isError ? words.notTold : ' '}</Soft>
  if (!data.source) return <Soft>{words.byHand}</Soft>
  return data.sourceOpen ? <Link to="/sources/$source" params={{ source: data.source }}>{data.source}</Link> : data.source
}

export function SeenLast({ guid }: { guid: string }) {
  const { data, isError } = useQuery(origin(guid))
  if (!data) return <Soft>{isError ? words.notTold : ' '}</Soft>
  if (!data.seen) return <Soft>{words.notSeen}</Soft>
  const { at, whole } = data.seen
  return <span title={whole ? undefined : words.seenLatestWhy}><When at={at} />{!whole && <> {words.seenLatest}</>} <Soft>{words.by} <ByRun of={data.seen} /></Soft></span>
}

function ByRun({ of: { run, scan } }: { of: NonNullable<Origin['seen']> }) {
  return run ? <Link to="/runs/$run" params={{ run }}>{words.aRunOf(scan)}</Link> : words.aRunOf(scan)
}
