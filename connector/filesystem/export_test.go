package filesystem

// NewSplitting splits smaller trees.
func NewSplitting(unit, folder int) *Connector { return &Connector{split{unit, folder}} }
