/**
 * Follows all shards of a stream: parents to their end, then their children, and new ones as they come.
 *
 * While it is paused it reads on, but keeps what it reads apart; once it has read as much as is ever shown it reads no further,
 * for the stream itself keeps all for 24 hours. So a pause loses nothing, and costs no more memory than the list.
 */

import type { Shard } from "@aws-sdk/client-dynamodb-streams";

import { problemOf } from "../../../aws/errors";
import { getRecords, getShardIterator, listShards } from "../../../aws/streams";
import { merged, tailRecord, type TailRecord } from "./tail-record";

export interface TailState {
  /** Newest first. */
  records: readonly TailRecord[];
  /** Read while paused, and not shown yet; newest first. */
  held: readonly TailRecord[];
  paused: boolean;
  /** All that was there has been read. */
  reached: boolean;
  shards: number;
  error: unknown;
}

interface Reading {
  iterator: string | undefined;
  /** The last number that was read, from which it goes on once an iterator has expired. */
  last: string | undefined;
}

export const SHOWN_MAX = 20_000;
const PAGE = 1_000;
const IDLE_MS = 750;
const HIDDEN_MS = 5_000;
const ERROR_MS = 3_000;
const SHARDS_MS = 5_000;
const BEGIN: TailState = { records: [], held: [], paused: false, reached: false, shards: 0, error: null };

export class Tail {
  private state = BEGIN;
  private readonly listeners = new Set<() => void>();
  private readonly reading = new Map<string, Reading>();
  private readonly done = new Set<string>();
  private stopping = new AbortController();
  private listedAt = 0;
  private wake: (() => void) | null = null;

  constructor(private readonly stream: string) {}

  /** What is there now; the same object until something changes. */
  readonly snapshot = (): TailState => this.state;

  /** Be told of every change. It is read for as long as somebody listens. Returns what ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) {
      this.stopping = new AbortController();
      void this.follow(this.stopping.signal);
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stopping.abort();
    };
  };

  private async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wait = await this.round(signal).catch((error: unknown) => {
        if (!signal.aborted) this.set({ error });
        this.listedAt = 0;
        return ERROR_MS;
      });
      if (wait && !signal.aborted) await this.sleep(wait, signal);
    }
  }

  /** Show nothing new until `resume`. */
  pause(): void {
    this.set({ paused: true });
  }

  /** Show what came meanwhile, and go on. */
  resume(): void {
    this.set({ paused: false, records: merged(this.state.held, this.state.records, SHOWN_MAX), held: [] });
    this.wake?.();
  }

  /** Ask every open shard once. Returns for how many milliseconds there is nothing to ask. */
  private async round(signal: AbortSignal): Promise<number> {
    if (this.state.held.length >= SHOWN_MAX) return IDLE_MS;
    if (Date.now() - this.listedAt > SHARDS_MS) await this.list(signal);
    const answers = await Promise.allSettled([...this.reading].map(([shard, reading]) => this.read(shard, reading, signal)));
    const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    if (found.length) this.add(found); // what one shard gave is not lost because another one failed
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed) throw failed.reason;
    if (this.state.error || (!found.length && !this.state.reached)) this.set({ error: null, reached: !found.length });
    if (found.length || this.listedAt === 0) return 0;
    return document.hidden ? HIDDEN_MS : IDLE_MS;
  }

  private add(found: TailRecord[]): void {
    const sorted = found.sort((a, b) => (a.order < b.order ? 1 : -1));
    if (this.state.paused) this.set({ held: merged(sorted, this.state.held, Infinity) });
    else this.set({ records: merged(sorted, this.state.records, SHOWN_MAX) });
  }

  private async list(signal: AbortSignal): Promise<void> {
    const shards = await listShards.send({ StreamArn: this.stream }, signal);
    const known = new Set(shards.map((shard) => shard.ShardId));
    const ready = ({ ShardId: id = "", ParentShardId: parent }: Shard) =>
      !this.reading.has(id) && !this.done.has(id) && (!parent || !known.has(parent) || this.done.has(parent));
    for (const shard of shards.filter(ready)) this.reading.set(shard.ShardId ?? "", { iterator: undefined, last: undefined });
    this.listedAt = Date.now();
    this.set({ shards: this.reading.size });
  }

  private async read(shard: string, reading: Reading, signal: AbortSignal): Promise<TailRecord[]> {
    reading.iterator ??= await this.iterator(shard, reading.last, signal);
    try {
      const answer = await getRecords.send({ ShardIterator: reading.iterator, Limit: PAGE }, signal);
      const found = (answer.Records ?? []).map((record) => tailRecord(record, shard));
      reading.last = found.at(-1)?.sequenceNumber ?? reading.last;
      reading.iterator = answer.NextShardIterator;
      if (!answer.NextShardIterator) this.close(shard);
      return found;
    } catch (error) {
      reading.iterator = undefined;
      if (problemOf(error).code === "ExpiredIteratorException") return [];
      if (problemOf(error).code !== "TrimmedDataAccessException") throw error;
      reading.last = undefined; // 24 hours have passed over it: go on with the oldest that is left
      return [];
    }
  }

  private async iterator(shard: string, last: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    const from = last
      ? ({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: last } as const)
      : ({ ShardIteratorType: "TRIM_HORIZON" } as const);
    const asked = { StreamArn: this.stream, ShardId: shard, ...from };
    return (await getShardIterator.send(asked, signal)).ShardIterator;
  }

  /** A shard at its end: its children are looked for at once. */
  private close(shard: string): void {
    this.reading.delete(shard);
    this.done.add(shard);
    this.listedAt = 0;
  }

  private sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener("abort", this.wake, { once: true });
    });
  }

  private set(change: Partial<TailState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((told) => told());
  }
}
