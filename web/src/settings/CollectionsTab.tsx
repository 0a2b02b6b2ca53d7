// The tree of collections, and the one that is chosen beside it.
import { useState } from 'react'
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Add16Regular } from '@fluentui/react-icons/svg/add'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../client/may'
import { Failure } from '../client/rest'
import { Found } from '../ui/Find'
import { later } from '../ui/later'
import { Card, Link } from '../ui/Parts'
import { Failed, Loading, Shown } from '../ui/States'
import { grounds } from '../ui/theme'
import { medium } from '../ui/widths'
import { AccessCard } from './AccessCard'
import { CollectionCard } from './CollectionCard'
import { collections, type Collection } from './rest'
import { words } from './strings'
import { titleOf, treeOf, withAbove, type Branch } from './tree'

const CollectionForm = later(() => import('./CollectionForm').then(m => m.CollectionForm))

const useStyles = makeStyles({
  split: { display: 'grid', gridTemplateColumns: 'minmax(220px, 300px) minmax(0, 1fr)', gap: '20px', alignItems: 'start', [medium]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  tree: { maxHeight: '65dvh', overflowY: 'auto', margin: '-4px', padding: '4px' }, // what is chosen far down shows beside it, or below
  list: { listStyle: 'none', margin: 0, padding: 0, '& &': { paddingLeft: '16px', borderLeft: `1px solid ${tokens.colorNeutralStroke2}`, marginLeft: '8px' } },
  link: { display: 'block', padding: '6px 10px', borderRadius: tokens.borderRadiusMedium, color: tokens.colorNeutralForeground1, textDecorationLine: 'none', overflowWrap: 'anywhere', ':hover': { backgroundColor: grounds.hover, textDecorationLine: 'none' } },
  here: { backgroundColor: grounds.chosen, fontWeight: tokens.fontWeightSemibold },
  main: { display: 'flex', flexDirection: 'column', gap: '20px', minWidth: 0 },
})

export function CollectionsTab({ chosen, onChoose }: { chosen: string | undefined; onChoose: (name: string | undefined) => void }) {
  const all = useQuery(collections())
  return <Shown of={all} loading={<Card><Loading lines={6} /></Card>}>{list => <Collections all={list} chosen={chosen} onChoose={onChoose} />}</Shown>
}

function Collections({ all, chosen, onChoose }: { all: Collection[]; chosen: string | undefined; onChoose: (name: string | undefined) => void }) {
  const s = useStyles()
  const may = useMay()
  const [adding, setAdding] = useState<string>() // below it
  const tree = treeOf(all)
  const one = all.find(c => c.name === chosen) ?? (chosen === undefined ? tree[0]?.collection : undefined)
  const writes = one !== undefined && may('collection/write', one.name)
  return (
    <div className={s.split}>
      <Card title={words.collections} actions={writes && <Button size="small" icon={<Add16Regular />} onClick={() => setAdding(one.name)}>{words.addCollection}</Button>}>
        <Found label={words.findCollection} all={all} texts={c => [titleOf(c), c.name, c.description]} said={words.foundCollections}>
          {found => <nav aria-label={words.tabs.collections} className={s.tree}><Branches of={found === all ? tree : treeOf(withAbove(all, found))} chosen={one?.name} /></nav>}
        </Found>
      </Card>
      <div className={s.main}>
        {!one && <Failed error={new Failure(404, 'CollectionNotFound', '', '')} />}
        {one && adding === one.name && writes && <Card title={words.addBelow(titleOf(one))}><CollectionForm all={all} parent={one.name} onDone={name => { setAdding(undefined); if (name) onChoose(name) }} /></Card>}
        {one && <CollectionCard key={one.name} of={one} all={all} writes={writes} />}
        {one && <AccessCard key={'roles ' + one.name} of={one} all={all} writes={writes} />}
      </div>
    </div>
  )
}

function Branches({ of, chosen }: { of: Branch[]; chosen: string | undefined }) {
  const s = useStyles()
  return (
    <ul className={s.list}>
      {of.map(({ collection: c, below }) => (
        <li key={c.name}>
          <Link to="/settings" search={(at: object) => ({ ...at, collection: c.name })} className={mergeClasses(s.link, c.name === chosen && s.here)} aria-current={c.name === chosen ? 'page' : undefined}>{titleOf(c)}</Link>
          {below.length > 0 && <Branches of={below} chosen={chosen} />}
        </li>
      ))}
    </ul>
  )
}
