package identity

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// Workers hash passwords in processes of their own, which Work runs in. A hash
// takes 19 MiB and 30 ms: in the server's own process its collector would run
// all the time, and whoever searches wait for Go to take the processor back;
// the system takes it back from another process at once.
type Workers struct {
	command  func() *exec.Cmd
	patience time.Duration

	mu     sync.Mutex
	all    []*worker // that were not seen to end
	closed bool
	ended  sync.WaitGroup
}

// A worker is one process. Whoever makes it busy has it alone.
type worker struct {
	process *exec.Cmd
	in, out *os.File // the ends of the pipes to and from it
	busy    bool     // under Workers.mu
}

// hashPatience is how long one hash may take, on a machine where all have much
// to do, before its process counts as stuck.
const hashPatience = 20 * time.Second

// NewWorkers starts a process with a command that runs Work. More are started as
// they are needed.
func NewWorkers(command func() *exec.Cmd) (*Workers, error) {
	p := &Workers{command: command, patience: hashPatience}
	w, err := p.start()
	if err != nil {
		return nil, err
	}
	p.leave(w)
	return p, nil
}

// Derive is a Derive. A process that ends meanwhile is replaced once; then the
// error is of kind ieum.ErrUnavailable.
func (p *Workers) Derive(password, salt []byte, c Cost) ([]byte, error) {
	key, err := p.try(p.enter, password, salt, c)
	if err != nil {
		key, err = p.try(p.start, password, salt, c)
	}
	if err != nil {
		return nil, errHashing(err)
	}
	return key, nil
}

func (p *Workers) try(enter func() (*worker, error), password, salt []byte, c Cost) ([]byte, error) {
	w, err := enter()
	if err != nil {
		return nil, err
	}
	key, err := w.derive(password, salt, c, p.patience)
	if err != nil {
		w.process.Process.Kill() // it is never asked again: who knows what it would answer
		return nil, err
	}
	p.leave(w)
	return key, nil
}

// enter makes a process busy that waits for work, or a new one.
func (p *Workers) enter() (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.all {
		if !w.busy {
			w.busy = true
			return w, nil
		}
	}
	return p.startLocked()
}

// leave lets a process have other work.
func (p *Workers) leave(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.busy = false
}

// start makes a new process, which is busy.
func (p *Workers) start() (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.startLocked()
}

func (p *Workers) startLocked() (*worker, error) {
	if p.closed {
		return nil, errors.New("identity: the server ends")
	}
	w := &worker{process: p.command(), busy: true}
	in, err := w.connect()
	if err != nil {
		return nil, err
	}
	err = w.process.Start()
	for _, f := range in {
		f.Close() // the process has it
	}
	if err != nil {
		w.close()
		return nil, err
	}
	p.all = append(p.all, w)
	p.ended.Go(func() { p.await(w) })
	return w, nil
}

// connect makes the two pipes and returns the process's ends of them.
func (w *worker) connect() (theirs [2]*os.File, err error) {
	if theirs[0], w.in, err = os.Pipe(); err != nil {
		return theirs, err
	}
	if w.out, theirs[1], err = os.Pipe(); err != nil {
		return theirs, errors.Join(err, theirs[0].Close(), w.in.Close())
	}
	w.process.Stdin, w.process.Stdout = theirs[0], theirs[1]
	return theirs, nil
}

// await takes leave of a process that ended, whatever it ended of.
func (p *Workers) await(w *worker) {
	err := w.process.Wait()
	p.mu.Lock()
	p.all = slices.DeleteFunc(p.all, func(one *worker) bool { return one == w })
	closed := p.closed
	p.mu.Unlock()
	w.close()
	if !closed {
		slog.Warn("identity: a process that hashes passwords ended; another is started when it is needed", "how", w.process.ProcessState.String(), "err", err)
	}
}

// Close ends the processes and returns when they are gone.
func (p *Workers) Close() {
	p.mu.Lock()
	p.closed = true
	for _, w := range p.all {
		w.process.Process.Kill() // it has nothing that could be lost
	}
	p.mu.Unlock()
	p.ended.Wait()
}

// derive has the process derive a key, and kills it when that takes too long.
func (w *worker) derive(password, salt []byte, c Cost, patience time.Duration) ([]byte, error) {
	late := time.AfterFunc(patience, func() { w.process.Process.Kill() })
	defer late.Stop()
	sent := appendTask(make([]byte, 0, lengthBytes+longestTask), task{c, salt, password})
	defer clear(sent)
	if _, err := w.in.Write(sent); err != nil {
		return nil, err
	}
	key := make([]byte, hashBytes)
	_, err := io.ReadFull(w.out, key)
	return key, err
}

func (w *worker) close() { w.in.Close(); w.out.Close() }
