// How pictures made with React Flow look: its controls and its makers' link in our colours, in all themes.
import { makeStyles, tokens } from '@fluentui/react-components'

export const useFlowStyles = makeStyles({
  flow: {
    flex: 1, minHeight: 0,
    '& .react-flow__attribution': { backgroundColor: 'transparent' },
    '& .react-flow__attribution a': { color: tokens.colorNeutralForeground2 },
    '& .react-flow__controls': { boxShadow: tokens.shadow4, borderRadius: tokens.borderRadiusMedium, overflow: 'hidden' },
    '& .react-flow__controls-button': { backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1, border: 'none', width: '28px', height: '28px' },
    '& .react-flow__controls-button svg': { fill: 'currentColor' },
  },
})
