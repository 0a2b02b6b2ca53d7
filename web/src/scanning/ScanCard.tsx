// One scan of a source: what it reads, and a test of its connection.
import { Button } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTitles } from '../client/list'
import { Card, Facts } from '../ui/Parts'
import { Loading, Shown } from '../ui/States'
import { levelTitle } from '../ui/levelStrings'
import { paths } from './draft'
import { sayValue } from './form'
import { filterQuery } from './rest'
import { words } from './strings'
import { TestConnection } from './TestConnection'
import type { Field, Kind, Scan, Source } from './types'

interface ScanCardProps {
  source: Source
  kind: Kind | undefined
  scan: Scan
  writable: boolean
}

export function ScanCard({ source, kind, scan, writable }: ScanCardProps) {
  const filter = useQuery(filterQuery(source.name, scan.name))
  const titleOf = useTitles()
  const navigate = useNavigate()
  const p = scan.properties
  const settings = p as Record<string, unknown> // those of a kind are as its connector describes them
  const said = (prefixes: string[] | null | undefined) => paths(source.properties.purlieuAuthority ?? '', prefixes ?? []).map(path => <div key={path}>{path}</div>)
  return (
    <>
      <Card title={words.reads(scan.name)} actions={writable && <Button size="small" onClick={() => void navigate({ to: '/sources/$source/scan', params: { source: source.name }, search: { of: scan.name } })}>{words.change}</Button>}>
        <Shown of={filter} loading={<Loading lines={4} />}>
          {f => (
            <Facts of={[
              [words.level, levelTitle(p.purlieuLevel)], [words.runtime, p.connectedVia?.referenceName], [words.credential, p.credential?.referenceName ?? words.noCredential],
              [words.collection, p.collection && titleOf(p.collection.referenceName)], [words.priority, p.purlieuPriority && words.priorities[p.purlieuPriority]],
              ...(kind?.scanSettings ?? []).map((s): [string, string | undefined] => [s.title, valueOf(s, settings[s.name] ?? s.default)]),
              [words.settings, kind ? undefined : words.settingsUnknown],
              f?.properties.includeUriPrefixes?.length ? [words.include, said(f.properties.includeUriPrefixes)] : [words.scope, words.everything], [words.exclude, f?.properties.excludeUriPrefixes?.length ? said(f.properties.excludeUriPrefixes) : undefined],
            ]} />
          )}
        </Shown>
      </Card>
      {writable && <TestConnection source={source.name} asked={{ scan: scan.name }} />}
    </>
  )
}

/** valueOf says a setting as people do. */
const valueOf = (of: Field, value: unknown) => (value === undefined || value === null ? undefined : sayValue(of, value))
