package survey

import (
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

// A plan is small when it has at most so many units, of known weights that sum to at most so many assets: a claim, a
// sign-in, syncs and receipts for each unit of its own would cost more than reading them one after the other.
const (
	smallUnits   = 16
	smallPlan    = 2500
	smallSampled = 100 // at the level that samples
)

// plan plans the run. The first attempt reads a small plan at once. A later one only plans, so that what kills or stops
// an attempt by being read costs a unit of its own and never the run.
func (s *surveyor) plan(conn connector.Connector, env *env) error {
	if s.grant.Ref.Attempt > 1 {
		return conn.Plan(s.ctx, env, s.Child)
	}
	small := true
	var units []model.Unit
	var weight int64
	err := conn.Plan(s.ctx, env, func(u model.Unit) error {
		if !small {
			return s.Child(u)
		}
		units = append(units, u)
		weight += u.Weight
		if small = u.Weight > 0 && weight <= s.mostAtOnce() && len(units) <= smallUnits && s.unfit(&u) == ""; small {
			return nil
		}
		return s.handOn(units)
	})
	if err != nil || !small {
		return err
	}
	for i, u := range units {
		if err := s.readAtOnce(conn, env, u); err != nil {
			if ended := s.ready(); ended != nil {
				return ended
			}
			return s.handOn(units[i:]) // what was read counts all the same; the failure is told, and tried again, there
		}
	}
	return nil
}

func (s *surveyor) mostAtOnce() int64 {
	if s.grant.Level >= model.L3 {
		return smallSampled
	}
	return smallPlan
}

// readAtOnce reads one unit of the plan within this attempt.
func (s *surveyor) readAtOnce(conn connector.Connector, env *env, u model.Unit) error {
	whole := s.grant.Unit
	defer func() { s.grant.Unit = whole }()
	s.grant.Unit = u
	return s.guard(func() error { return conn.Scan(s.ctx, env, u, s) })
}

// handOn makes units of their own.
func (s *surveyor) handOn(units []model.Unit) error {
	for _, u := range units {
		if err := s.Child(u); err != nil {
			return err
		}
	}
	return nil
}
