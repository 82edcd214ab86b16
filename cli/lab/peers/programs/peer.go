// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Launches a program by os/exec when told to (cli/lab/peers/peer.hpp).
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const page = 4096

var memory []byte
var kept []*os.File

func openDescriptors() (int, error) {
	folder, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0, err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	return len(names) - 1, err
}

func carry(rss, descriptors int) (string, error) {
	var err error
	if rss > 0 {
		memory, err = syscall.Mmap(-1, 0, rss, syscall.PROT_READ|syscall.PROT_WRITE,
			syscall.MAP_PRIVATE|syscall.MAP_ANON)
		if err != nil {
			return "", err
		}
		for at := 0; at < rss; at += page {
			memory[at] = 1
		}
	}
	open, err := openDescriptors()
	for ; err == nil && open < descriptors; open++ {
		var null *os.File
		null, err = os.OpenFile("/dev/null", os.O_RDWR, 0)
		kept = append(kept, null)
	}
	return "ready", err
}

func launchOnce(program string) (string, error) {
	begin := time.Now()
	command := exec.Command(program)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		return "", err
	}
	launched := time.Since(begin)
	err := command.Wait()
	finished := time.Since(begin)
	return fmt.Sprintf("%.3f:%.3f", float64(launched.Nanoseconds())/1000,
		float64(finished.Nanoseconds())/1000), err
}

func launch(program string, count int) (string, error) {
	pairs := make([]string, count)
	for i := range pairs {
		var err error
		if pairs[i], err = launchOnce(program); err != nil {
			return "", err
		}
	}
	return strings.Join(pairs, " "), nil
}

func answer(program, line string) (string, error) {
	var rss, descriptors, count int
	if n, _ := fmt.Sscanf(line, "load %d %d", &rss, &descriptors); n == 2 {
		return carry(rss, descriptors)
	}
	if n, _ := fmt.Sscanf(line, "launch %d", &count); n == 1 {
		return launch(program, count)
	}
	return "", fmt.Errorf("unknown command '%s'", line)
}

func main() {
	syscall.CloseOnExec(3)
	syscall.CloseOnExec(4)
	commands := bufio.NewScanner(os.NewFile(3, "commands"))
	answers := os.NewFile(4, "answers")
	for commands.Scan() && commands.Text() != "quit" {
		text, err := answer(os.Args[1], commands.Text())
		if err != nil {
			text = "error " + strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Fprintln(answers, text)
	}
}
