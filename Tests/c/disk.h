/* The program's own read, write, fsync, close and rename, which the library's calls reach too. They fail when they are
 * told to, or are interrupted and do a part of what was asked, in the thread that asks for it. */
#ifndef DISK_H
#define DISK_H

typedef enum disk_call { DISK_READ, DISK_WRITE, DISK_SYNC, DISK_CLOSE, DISK_RENAME, DISK_CALLS } disk_call;

/* Calls of a kind so far. */
long disk_count(disk_call call);

/* The next call of the kind but `number` fails with `error`; a read with an error of 0 finds the file's end. */
void disk_fail(disk_call call, long number, int error);

/* Reads and writes move `byte_count` bytes at most, and every other one is interrupted. None are with a count of 0. */
void disk_interrupt(long byte_count);

/* Nothing fails any more; returns whether something did. */
int disk_works(void);

#endif
