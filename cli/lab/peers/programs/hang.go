// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Goroutines that launch as fast as they can, in a process with much memory
// (cli/lab/hang/go_process.hpp). SIGUSR1 dumps all goroutines to standard error, as
// the service of the story did; SIGINT and the end of standard input end the run.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const page = 4096
const (
	noHugePages   = 15 // MADV_NOHUGEPAGE
	populateWrite = 23 // MADV_POPULATE_WRITE, Linux 5.14
)

var (
	name      = flag.String("name", "go", "what it is called in dumps")
	program   = flag.String("program", "/bin/true", "what to launch")
	workers   = flag.Int("workers", 16, "goroutines")
	length    = flag.Duration("for", time.Second, "time")
	rss       = flag.Int("rss", 0, "bytes at the start")
	grow      = flag.Int("grow", 0, "bytes per second")
	dumpEvery = flag.Duration("dump-every", 0, "0: on SIGUSR1 only")
)

// Microseconds since the start of the run.
type launched struct{ begin, launch int64 }

type worker struct {
	begin    int64 // of the launch under way; -1: none
	mutex    sync.Mutex
	launches []launched
}

var begun time.Time
var ended int32
var failure atomic.Value

func since() int64 { return time.Since(begun).Microseconds() }

func (w *worker) launch() error {
	begin := since()
	atomic.StoreInt64(&w.begin, begin)
	command := exec.Command(*program)
	if err := command.Start(); err != nil {
		return err
	}
	w.note(begin)
	return command.Wait()
}

func (w *worker) note(begin int64) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if atomic.LoadInt32(&ended) != 0 {
		return
	}
	w.launches = append(w.launches, launched{begin, since() - begin})
	atomic.StoreInt64(&w.begin, -1)
}

func (w *worker) work(end chan<- struct{}) {
	for atomic.LoadInt32(&ended) == 0 {
		if err := w.launch(); err != nil {
			failure.Store(err.Error())
			end <- struct{}{}
			return
		}
	}
}

// At once where the kernel can: page by page one waits for every fork.
func touch(memory []byte, from, to int) {
	if from >= to || syscall.Madvise(memory[from:to], populateWrite) == nil {
		return
	}
	for at := from; at < to; at += page {
		memory[at] = 1
	}
}

// Takes addresses for all, and memory for what is there at the start.
func carry() ([]byte, error) {
	most := (*rss + int(float64(*grow)*length.Seconds()) + page) / page * page
	memory, err := syscall.Mmap(-1, 0, most, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return nil, err
	}
	if err = syscall.Madvise(memory, noHugePages); err != nil {
		return nil, err
	}
	touch(memory, 0, *rss/page*page)
	return memory, nil
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func keepGrowing(memory []byte) {
	at := *rss / page * page
	for *grow > 0 && atomic.LoadInt32(&ended) == 0 {
		time.Sleep(10 * time.Millisecond)
		due := *rss + int(float64(*grow)*time.Since(begun).Seconds())
		due = min(due, len(memory)) / page * page
		touch(memory, at, due)
		at = due
	}
}

func allStacks() string {
	for size := 1 << 20; ; size *= 2 {
		text := make([]byte, size)
		if got := runtime.Stack(text, true); got < size {
			return string(text[:got])
		}
	}
}

// Whether a goroutine of a dump waits to launch: it sleeps at a lock in forkExec.
func waits(goroutine string) bool {
	return strings.Contains(goroutine, "syscall.forkExec(") &&
		strings.Contains(goroutine, "emacquire")
}

var dumping sync.Mutex
var dumps int

func dump() {
	dumping.Lock()
	defer dumping.Unlock()
	at := since()
	text := allStacks()
	waiting := 0
	for _, goroutine := range strings.Split(text, "\n\n") {
		if waits(goroutine) {
			waiting++
		}
	}
	dumps++
	fmt.Fprintf(os.Stderr,
		"\n=== %s after %.1f s, dump %d: %d of %d goroutines wait for the ForkLock\n%s\n",
		*name, float64(at)/1e6, dumps, waiting, *workers, text)
	fmt.Printf("dump %d %d\n", at, waiting)
}

func dumpOnRequest() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	for range asked {
		dump()
	}
}

func dumpByTimer() {
	for *dumpEvery > 0 {
		time.Sleep(*dumpEvery)
		dump()
	}
}

func waitForEnd(early <-chan struct{}) {
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, syscall.SIGINT)
	closed := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(closed)
	}()
	select {
	case <-time.After(*length):
	case <-interrupt:
	case <-closed:
	case <-early:
	}
}

// What was under way then counts with what it had come to.
func report(all []*worker, now int64) {
	out := bufio.NewWriter(os.Stdout)
	for i, w := range all {
		w.mutex.Lock()
		for _, one := range w.launches {
			fmt.Fprintf(out, "launch %d %d %d\n", i, one.begin, one.launch)
		}
		w.mutex.Unlock()
		if begin := atomic.LoadInt64(&w.begin); begin >= 0 && begin < now {
			fmt.Fprintf(out, "waiting %d %d\n", i, begin)
		}
	}
	if text := failure.Load(); text != nil {
		fmt.Fprintf(out, "failed %s\n", strings.ReplaceAll(text.(string), "\n", " "))
	}
	fmt.Fprintf(out, "end %d\n", now)
	out.Flush()
}

func main() {
	flag.Parse()
	memory, err := carry()
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	begun = time.Now()
	fmt.Println("ready")
	all := make([]*worker, *workers)
	early := make(chan struct{}, *workers)
	for i := range all {
		all[i] = &worker{begin: -1}
		go all[i].work(early)
	}
	go keepGrowing(memory)
	go dumpOnRequest()
	go dumpByTimer()
	waitForEnd(early)
	now := since()
	atomic.StoreInt32(&ended, 1)
	dumping.Lock() // what is being dumped is still told
	report(all, now)
	runtime.KeepAlive(memory)
}
