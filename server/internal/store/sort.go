package store

// SortKey is a column of the table found that matches are put in order by, as both engines name it.
type SortKey struct {
	Column string
	Down   bool
}

// SortKeys are the columns of one order; the last is the entity, which stands in one place only.
type SortKeys []SortKey

// Sorting are the columns of an order, behind a prefix such as "found."; without an order that of the name.
func Sorting(prefix string, order []IndexOrder) (by SortKeys) {
	if len(order) == 0 {
		order = []IndexOrder{{Field: ByName}}
	}
	down := false
	for _, o := range order {
		down = o.Down
		switch o.Field {
		case ByName:
			by = append(by, SortKey{prefix + `exact`, down})
		case ByModified:
			by = append(by, SortKey{prefix + `modified`, down})
		case ByCreated: // entities are numbered as they come
			return append(by, SortKey{prefix + `entity`, down})
		}
	}
	return append(by, SortKey{prefix + `entity`, down})
}

// Text is what stands behind "order by".
func (by SortKeys) Text() (text string) {
	for i, k := range by {
		if i > 0 {
			text += `, `
		}
		if text += k.Column; k.Down {
			text += ` desc`
		}
	}
	return text
}
