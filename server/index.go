package server

import (
	"context"

	"github.com/purlieu/purlieu/server/internal/search"
)

// indexLoop lets the index follow the map. While a run is in progress it stands back, for at most indexLag: the store
// has one writer, and what is to be durable goes before what is to be found.
func (s *Server) indexLoop(ctx context.Context) error {
	complete := s.cfg.Now()
	p := pages{read: func(ctx context.Context, behind *search.Page) (*search.Page, error) {
		return s.search.Read(ctx, behind, indexPerStep)
	}, write: s.search.Write}
	defer p.drop()
	return s.loop(ctx, s.applied, func(ctx context.Context) (bool, error) {
		if s.cfg.Now().Sub(complete) < indexLag {
			if active, err := s.core.Scans.Active(ctx); err != nil || active {
				p.drop()
				return false, err
			}
		}
		more, err := p.step(ctx)
		if err == nil && !more {
			complete = s.cfg.Now()
		}
		return more, err
	})
}

// pages brings changed entities into the index page by page. While one is written the next is read and folded, in a goroutine
// of its own: a writer waits for the disk, and has one processor.
type pages struct {
	read  func(ctx context.Context, behind *search.Page) (*search.Page, error)
	write func(ctx context.Context, p *search.Page) (bool, error)
	next  chan ahead // of the page that is being read; nil when none is
}

type ahead struct {
	page *search.Page
	err  error
}

// step writes a page, and tells whether more are waiting.
func (p *pages) step(ctx context.Context) (more bool, err error) {
	var now ahead
	if p.next != nil {
		now = <-p.next
		p.next = nil
	} else {
		now.page, now.err = p.read(ctx, nil)
	}
	if now.err != nil || now.page == nil {
		return false, now.err
	}
	if now.page.More() {
		next := make(chan ahead, 1)
		p.next = next
		go func() {
			page, err := p.read(ctx, now.page)
			next <- ahead{page, err}
		}()
	}
	written, err := p.write(ctx, now.page)
	if err != nil || !written { // what was read behind it has no place any more
		p.drop()
	}
	return err == nil && now.page.More(), err
}

// drop waits for the page that is being read, and forgets it.
func (p *pages) drop() {
	if p.next != nil {
		<-p.next
		p.next = nil
	}
}
