package model

import "slices"

// Clone is a copy that shares nothing but texts. Lists that are empty are nil in it, as they are when it is read.
func (a *Asset) Clone() *Asset {
	c := *a
	c.Attrs = cloned(a.Attrs, func(x *Attr) {
		if x.Int != nil {
			x.Int = new(*x.Int)
		}
		if x.Bool != nil {
			x.Bool = new(*x.Bool)
		}
		x.List = cloned(x.List, nil)
	})
	c.Columns = cloned(a.Columns, func(x *Column) { x.Classes, x.Labels = cloned(x.Classes, nil), cloned(x.Labels, nil) })
	c.Keys = cloned(a.Keys, func(x *Key) { x.Columns, x.RefColumns = cloned(x.Columns, nil), cloned(x.RefColumns, nil) })
	c.Indexes = cloned(a.Indexes, func(x *Index) { x.Columns = cloned(x.Columns, nil) })
	c.Measures, c.Classes = cloned(a.Measures, nil), cloned(a.Classes, nil)
	if l := a.Lineage; l != nil {
		c.Lineage = &Lineage{Inputs: cloned(l.Inputs, nil), Columns: cloned(l.Columns, nil)}
	}
	return &c
}

// cloned is a copy of a list, each of its items made whole by deep, where there is more to an item than itself.
func cloned[T any](list []T, deep func(*T)) []T {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	for i := range list {
		if deep != nil {
			deep(&list[i])
		}
	}
	return list
}
