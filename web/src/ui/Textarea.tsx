// A field of several lines. The browser's own, in Fluent's look: Fluent's weighs more than the form around it.
import { makeStyles, mergeClasses, tokens, useFieldControlProps_unstable } from '@fluentui/react-components'

const useStyles = makeStyles({
  field: {
    boxSizing: 'border-box', width: '100%', minHeight: '52px', maxHeight: '260px', margin: 0, padding: '6px 12px', resize: 'vertical', verticalAlign: 'top',
    font: 'inherit', lineHeight: tokens.lineHeightBase300, color: tokens.colorNeutralForeground1, backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`, borderBottomColor: tokens.colorNeutralStrokeAccessible, borderRadius: tokens.borderRadiusMedium,
    '::placeholder': { color: tokens.colorNeutralForeground4, opacity: 1 },
    ':hover': { border: `1px solid ${tokens.colorNeutralStroke1Hover}`, borderBottomColor: tokens.colorNeutralStrokeAccessibleHover },
    ':focus': { outline: '2px solid transparent', border: `1px solid ${tokens.colorNeutralStroke1Pressed}`, borderBottomColor: tokens.colorCompoundBrandStroke, boxShadow: `inset 0 -1px ${tokens.colorCompoundBrandStroke}` },
  },
  wrong: { ':not(:focus)': { border: `1px solid ${tokens.colorPaletteRedBorder2}` } },
})

interface TextareaProps {
  value: string
  rows: number
  placeholder?: string
  autoFocus?: boolean
  onChange: (text: string) => void
}

/** Textarea takes its name, hint and fault from the Field around it. */
export function Textarea({ onChange, ...given }: TextareaProps) {
  const s = useStyles()
  const props = useFieldControlProps_unstable<React.ComponentProps<'textarea'>>(given, { supportsLabelFor: true, supportsRequired: true })
  return <textarea {...props} className={mergeClasses(s.field, !!props['aria-invalid'] && s.wrong)} onChange={e => onChange(e.target.value)} />
}
