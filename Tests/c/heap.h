/* The program's own malloc, which the library's calls reach too. It counts, and fails when it is told to. */
#ifndef HEAP_H
#define HEAP_H

/* Whether it is in place: not under sanitizers, nor with another libc. */
int heap_is_ours(void);

/* Blocks asked for so far, and those that live. */
long heap_requests(void);
long heap_blocks(void);

/* Of this thread's requests, from the next on, refuses number `first` (counted from 0) and all after it up to `count`
 * of them. */
void heap_refuse(long first, long count);
/* Refuses none; returns how many were. */
long heap_accept(void);

#endif
