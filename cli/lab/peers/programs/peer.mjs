// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Launches a program by child_process.spawn when told to (cli/lab/peers/peer.hpp).

import { spawn } from "node:child_process";
import { openSync, readdirSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { createInterface } from "node:readline";

const page = 4096;
const piece = 256 * 1024 * 1024; // one buffer holds no more than 4 GiB
const program = process.argv[2];
const kept = [];

function carry(rss, descriptors) {
  for (let rest = rss; rest > 0; rest -= piece) {
    const memory = Buffer.allocUnsafeSlow(Math.min(rest, piece));
    for (let at = 0; at < memory.length; at += page) memory[at] = 1;
    kept.push(memory);
  }
  const open = readdirSync("/proc/self/fd").length - 1;
  for (let i = open; i < descriptors; ++i) kept.push(openSync("/dev/null", "r+"));
  return "ready";
}

const microseconds = (from, to) => (Number(to - from) / 1000).toFixed(3);

function launchOnce() {
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint();
    const child = spawn(program, [], { stdio: "inherit" });
    const launched = process.hrtime.bigint();
    child.on("error", reject);
    child.on("exit", () => {
      const finished = process.hrtime.bigint();
      resolve(`${microseconds(begin, launched)}:${microseconds(begin, finished)}`);
    });
  });
}

async function launch(count) {
  const pairs = [];
  for (let i = 0; i < count; ++i) pairs.push(await launchOnce());
  return pairs.join(" ");
}

async function answer(words) {
  if (words[0] === "load") return carry(Number(words[1]), Number(words[2]));
  if (words[0] === "launch") return launch(Number(words[1]));
  throw new Error(`unknown command '${words[0]}'`);
}

const commands = new Socket({ fd: 3, readable: true, writable: false });
for await (const line of createInterface({ input: commands })) {
  if (line === "quit") break;
  const text = await answer(line.split(" ")).catch((error) => `error ${error.message}`);
  writeSync(4, text.replaceAll("\n", " ") + "\n");
}
process.exit(0);
