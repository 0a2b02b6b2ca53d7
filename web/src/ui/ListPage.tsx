// The pattern of a list: what there is of one kind, narrowed by what stands at its side, each row a way to one of them.
import type { ReactNode } from 'react'
import { makeStyles } from '@fluentui/react-components'
import { Page, type PageProps } from './Page'
import { medium } from './widths'

const useStyles = makeStyles({
  // The tracks of a grid keep their width while what is in them loads: nothing shifts.
  split: { display: 'grid', gridTemplateColumns: '248px minmax(0, 1fr)', gap: '32px', alignItems: 'start', [medium]: { gridTemplateColumns: 'minmax(0, 1fr)', gap: '16px' } },
  main: { minWidth: 0, isolation: 'isolate' },
  aside: { isolation: 'isolate' }, // drawn by itself, as the list is: the one changes behind the other
})

interface ListPageProps extends PageProps {
  /** What narrows the list: facets. */
  aside?: ReactNode
}

export function ListPage({ aside, children, ...page }: ListPageProps) {
  const s = useStyles()
  return (
    <Page {...page}>
      {aside ? <div className={s.split}><div className={s.aside}>{aside}</div><div className={s.main}>{children}</div></div> : children}
    </Page>
  )
}
