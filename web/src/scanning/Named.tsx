// A name with the picture of its kind before it.
import type { ReactNode } from 'react'
import { makeStyles } from '@fluentui/react-components'
import { Drawing } from '../ui/Drawing'

const useStyles = makeStyles({ row: { display: 'inline-flex', alignItems: 'center', gap: '10px', minWidth: 0 } })

export function Named({ icon, children }: { icon: string | undefined; children: ReactNode }) {
  return <span className={useStyles().row}><Drawing svg={icon} small /><span>{children}</span></span>
}
