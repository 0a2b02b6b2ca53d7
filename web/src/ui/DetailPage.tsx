// The pattern of one thing: where it stands, what it is, and its sides as tabs. The open tab is in the address.
import type { ReactNode } from 'react'
import { makeStyles } from '@fluentui/react-components'
import { Page, type PageProps } from './Page'
import { tabId, Tabs, type Side } from './Tabs'

const useStyles = makeStyles({
  content: { minWidth: 0, display: 'flex', flexDirection: 'column', gap: '20px', flex: 1 },
})

interface DetailPageProps<T extends string> extends PageProps {
  tabs: Side<T>[]
  open: T
  onOpen: (tab: T) => void
  children: ReactNode
}

export function DetailPage<T extends string>({ tabs, open, onOpen, children, ...page }: DetailPageProps<T>) {
  const s = useStyles()
  return (
    <Page {...page}>
      <Tabs tabs={tabs} open={open} onOpen={onOpen} />
      <div className={s.content} role="tabpanel" aria-labelledby={tabId(open)}>{children}</div>
    </Page>
  )
}
