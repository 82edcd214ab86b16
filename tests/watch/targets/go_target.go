// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A heavy Go process that launches others and times that itself. It prints
// "ready" and its pid, waits for a line on its input, and prints one JSON object
// at the end. -mode exec is os/exec; -mode clone copies page tables under the
// ForkLock, as os/exec did until Go 1.9.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

var (
	mode     = flag.String("mode", "exec", "exec or clone")
	mib      = flag.Int("mib", 256, "heap")
	readers  = flag.Int("readers", 20, "goroutines that take the ForkLock as creators of descriptors do")
	spawners = flag.Int("spawners", 1, "goroutines that launch")
	calls    = flag.Int("calls", 10, "of each spawner")
	interval = flag.Duration("interval", 100*time.Millisecond, "between calls")
)

type call struct {
	BeginNS    int64   `json:"begin_ns"`
	DurationUS float64 `json:"duration_us"`
	Child      int     `json:"child"`
}

func monotonic() int64 {
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&ts)), 0)
	return ts.Nano()
}

//go:noinline
func cloneUnderForkLock() (made call) {
	syscall.ForkLock.Lock()
	made.BeginNS = monotonic()
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno == 0 && pid == 0 {
		for {
			syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
	made.DurationUS = float64(monotonic()-made.BeginNS) / 1e3
	syscall.ForkLock.Unlock()
	made.Child = int(pid)
	syscall.Wait4(made.Child, nil, 0, nil)
	return made
}

func execute() (made call) {
	child := exec.Command("/bin/true")
	made.BeginNS = monotonic()
	if err := child.Start(); err != nil {
		panic(err)
	}
	made.DurationUS = float64(monotonic()-made.BeginNS) / 1e3
	made.Child = child.Process.Pid
	child.Wait()
	return made
}

var (
	over    int32
	waits   int64
	longest int64
)

func read(heap []byte, number int) {
	for i := number; atomic.LoadInt32(&over) == 0; i++ {
		begin := time.Now()
		syscall.ForkLock.RLock()
		syscall.ForkLock.RUnlock()
		waited := int64(time.Since(begin))
		atomic.AddInt64(&waits, 1)
		for known := atomic.LoadInt64(&longest); waited > known; known = atomic.LoadInt64(&longest) {
			if atomic.CompareAndSwapInt64(&longest, known, waited) {
				break
			}
		}
		for k := 0; k < 32; k++ {
			heap[(i*7919+k*104729)*4096%len(heap)]++
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func spawn() (made []call) {
	for i := 0; i < *calls; i++ {
		if *mode == "clone" {
			made = append(made, cloneUnderForkLock())
		} else {
			made = append(made, execute())
		}
		time.Sleep(*interval)
	}
	return made
}

func main() {
	flag.Parse()
	heap := make([]byte, *mib<<20)
	const noHugePages = 15 // MADV_NOHUGEPAGE: huge ones have next to no tables to copy
	syscall.Madvise(heap, noHugePages)
	for i := 0; i < len(heap); i += 4096 {
		heap[i] = 1
	}
	for i := 0; i < *readers; i++ {
		go read(heap, i)
	}
	fmt.Println("ready", os.Getpid())
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		os.Exit(1)
	}
	var all []call
	var lock sync.Mutex
	var group sync.WaitGroup
	for i := 0; i < *spawners; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			made := spawn()
			lock.Lock()
			defer lock.Unlock()
			all = append(all, made...)
		}()
	}
	group.Wait()
	atomic.StoreInt32(&over, 1)
	json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"mode": *mode, "version": runtime.Version(), "calls": all,
		"fork_lock_waits":      atomic.LoadInt64(&waits),
		"fork_lock_longest_us": float64(atomic.LoadInt64(&longest)) / 1e3,
	})
}
