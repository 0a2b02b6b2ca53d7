package scan

// answering is when this replica began to answer renewals without a pause.
type answering struct{}
