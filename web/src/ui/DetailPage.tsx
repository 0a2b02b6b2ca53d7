// The pattern of one thing: where it stands, what it is, and its sides as tabs. The open tab is in the address.
import { useEffect, type ReactNode } from 'react'
import { CounterBadge, makeStyles, Tab, TabList, tokens } from '@fluentui/react-components'
import { Page, type PageProps } from './Page'
import { narrow } from './widths'

const useStyles = makeStyles({
  tabs: { margin: '0 -10px', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, overflowX: 'auto', overflowY: 'hidden', scrollbarWidth: 'none', [narrow]: { margin: '0 -16px', padding: '0 6px' } },
  // Its place is kept while it is not known: the tabs behind it stay where they are.
  badge: { display: 'inline-block', marginLeft: '6px', minWidth: '24px', textAlign: 'left' },
  content: { minWidth: 0, display: 'flex', flexDirection: 'column', gap: '20px', flex: 1 },
})

export interface Side<T extends string> {
  key: T
  title: string
  /** How many are there; undefined while it is not known. A side without this has no number. */
  count?: number | undefined
}

interface DetailPageProps<T extends string> extends PageProps {
  tabs: Side<T>[]
  open: T
  onOpen: (tab: T) => void
  children: ReactNode
}

export function DetailPage<T extends string>({ tabs, open, onOpen, children, ...page }: DetailPageProps<T>) {
  const s = useStyles()
  useEffect(() => document.getElementById(`tab-${open}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [open])
  return (
    <Page {...page}>
      <TabList className={s.tabs} selectedValue={open} onTabSelect={(_, d) => onOpen(d.value as T)}>
        {tabs.map(t => (
          <Tab key={t.key} value={t.key} id={`tab-${t.key}`}>
            {t.title}
            {'count' in t && t.count !== 0 && <span className={s.badge}>{t.count !== undefined && <CounterBadge count={t.count} overflowCount={9999} appearance="filled" color="informative" size="small" showZero={false} />}</span>}
          </Tab>
        ))}
      </TabList>
      <div className={s.content} role="tabpanel" aria-labelledby={`tab-${open}`}>{children}</div>
    </Page>
  )
}
