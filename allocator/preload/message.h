/*
 * message.h -- words on standard error, without malloc.
 */
#ifndef ALLOCATOR_PRELOAD_MESSAGE_H
#define ALLOCATOR_PRELOAD_MESSAGE_H

#define MESSAGE_EXIT_ARGUMENT 2
#define MESSAGE_EXIT_MISUSE   3

#define MESSAGE_LONGEST 1023

/* Prints at once, as printf does; cut at so many bytes.  errno is kept. */
__attribute__((format(printf, 1, 2))) void message_tell(const char *format,
                                                        ...);

/*
 * Keeps a copy of the descriptor, for what is told after the program closed
 * its own.
 */
void message_keep_stream(void);

/* Tells what misuse was detected at an address and ends the process with 3. */
__attribute__((noreturn, cold)) void message_misuse(const char *what,
                                                    const void *address);

#endif
