/*
 * installed.c -- a malloc from a shared library as a subject.
 *
 * The library is loaded with dlopen and asked for its functions by name:
 * nothing that is loaded already binds to them, so libc, the harness and
 * several libraries work side by side.  Each has a place in a table and hooks
 * of its own, made by a macro, that find it there: one load and a tail call
 * more than libc, which is no more than what a program pays that calls through
 * its linkage table.
 *
 *   hooks of place 2  ---> places[2].malloc ---> jemalloc's malloc
 *
 * What such a malloc holds is counted in resident pages (resident.c), so each
 * page of a payload is touched while it is counted, as a program would.
 */
#include "driver/subject/installed.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "driver/subject/resident.h"

#define PAGE ((size_t)4096)

static const struct {
    const char *name, *soname;
} known[] = {
    {"jemalloc", "libjemalloc.so.2"},
    {"mimalloc", "libmimalloc.so.2"},
    {"tcmalloc", "libtcmalloc_minimal.so.4"},
};

#define N_KNOWN (sizeof known / sizeof known[0])

/* Process-wide, as the libraries themselves are. */
static struct place {
    void *handle;
    void *(*malloc)(size_t);
    void (*free)(void *);
    void *(*realloc)(void *, size_t);
    void *(*memalign)(size_t, size_t);
    size_t (*usable_size)(void *);
} places[INSTALLED_MOST];
static size_t n_places;
static bool lacks_tls;

/* ---- hooks --------------------------------------------------------------- */

static int installed_init(struct heap *heap, const uint64_t *values)
{
    (void)heap;
    (void)values;
    return 0;
}

static void touch(volatile unsigned char *byte)
{
    unsigned char value = *byte;
    *byte = value;
}

/* Makes all pages of the payload resident; what it holds stays. */
static void *touched(void *payload, size_t size)
{
    unsigned char *bytes = payload;
    for (size_t i = 0; payload != NULL && i < size; i += PAGE) {
        touch(&bytes[i]);
    }
    if (payload != NULL && size > 0) {
        touch(&bytes[size - 1]);
    }
    return payload;
}

#define HOOKS(n)                                                               \
    static void *malloc_##n(struct heap *heap, size_t size)                    \
    {                                                                          \
        (void)heap;                                                            \
        return places[n].malloc(size);                                         \
    }                                                                          \
    static void free_##n(struct heap *heap, void *payload)                     \
    {                                                                          \
        (void)heap;                                                            \
        places[n].free(payload);                                               \
    }                                                                          \
    static void *realloc_##n(struct heap *heap, void *payload, size_t size)    \
    {                                                                          \
        (void)heap;                                                            \
        return places[n].realloc(payload, size);                               \
    }                                                                          \
    static void *memalign_##n(struct heap *heap, size_t alignment,             \
                              size_t size)                                     \
    {                                                                          \
        (void)heap;                                                            \
        return places[n].memalign(alignment, size);                            \
    }                                                                          \
    static size_t usable_size_##n(struct heap *heap, const void *payload)      \
    {                                                                          \
        (void)heap;                                                            \
        return places[n].usable_size((void *)(uintptr_t)payload);              \
    }                                                                          \
    static void *touching_malloc_##n(struct heap *heap, size_t size)           \
    {                                                                          \
        return touched(malloc_##n(heap, size), size);                          \
    }                                                                          \
    static void *touching_realloc_##n(struct heap *heap, void *payload,        \
                                      size_t size)                             \
    {                                                                          \
        return touched(realloc_##n(heap, payload, size), size);                \
    }                                                                          \
    static void *touching_memalign_##n(struct heap *heap, size_t alignment,    \
                                       size_t size)                            \
    {                                                                          \
        return touched(memalign_##n(heap, alignment, size), size);             \
    }

#define EACH_PLACE(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

EACH_PLACE(HOOKS)

#define POLICY(n, kind)                                                        \
    [n] = {                                                                    \
        .name = "installed",                                                   \
        .summary = "an installed malloc, loaded from its shared library",      \
        .init = installed_init,                                                \
        .malloc = kind##malloc_##n,                                            \
        .free = free_##n,                                                      \
        .realloc = kind##realloc_##n,                                          \
        .memalign = kind##memalign_##n,                                        \
        .usable_size = usable_size_##n,                                        \
    },
#define PLAIN(n)    POLICY(n, )
#define TOUCHING(n) POLICY(n, touching_)
#define COUNTING(n) [n] = {&touching[n], resident_begin, resident_bytes, NULL},

static const struct policy policies[INSTALLED_MOST] = {EACH_PLACE(PLAIN)};
static const struct policy touching[INSTALLED_MOST] = {EACH_PLACE(TOUCHING)};
static const struct foreign counts[INSTALLED_MOST] = {EACH_PLACE(COUNTING)};

/* ---- loading ------------------------------------------------------------- */

const char *installed_name(size_t i)
{
    return i < N_KNOWN ? known[i].name : NULL;
}

/* The file to load: a path as it is, or what the name stands for; or NULL. */
static const char *library_of(const char *name)
{
    for (size_t i = 0; i < N_KNOWN; i++) {
        if (strcmp(name, known[i].name) == 0) {
            return known[i].soname;
        }
    }
    return strchr(name, '/') != NULL ? name : NULL;
}

bool installed_is_name(const char *name)
{
    return library_of(name) != NULL;
}

bool installed_lacks_tls(void)
{
    return lacks_tls;
}

const char *installed_tunables(void)
{
    return "glibc.rtld.optional_static_tls=16384";
}

/* Sets *function, which has the type of a pointer to one; false if not there */
static bool find(const struct place *place, const char *symbol, void *function)
{
    void *found = dlsym(place->handle, symbol);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

/* The name of the first function that is missing, or NULL. */
static const char *find_all(struct place *place)
{
    return !find(place, "malloc", &place->malloc)       ? "malloc"
           : !find(place, "free", &place->free)         ? "free"
           : !find(place, "realloc", &place->realloc)   ? "realloc"
           : !find(place, "memalign", &place->memalign) ? "memalign"
           : !find(place, "malloc_usable_size", &place->usable_size)
               ? "malloc_usable_size"
               : NULL;
}

/* Whether its malloc is the process's own, found by way of a dependence. */
static bool is_own_malloc(const struct place *place)
{
    void *own = dlsym(RTLD_DEFAULT, "malloc");
    return memcmp(&own, &place->malloc, sizeof own) == 0;
}

/*
 * What the library itself calls by an exported name, its own malloc among
 * them, is its own, as it would be where it is preloaded.  Sanitizers cannot
 * bear that.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BIND_TO_ITSELF 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BIND_TO_ITSELF 0
#endif
#endif
#ifndef BIND_TO_ITSELF
#define BIND_TO_ITSELF RTLD_DEEPBIND
#endif

/* Loads the library into a place; 0, or -1 with a sentence in message. */
static int load(const char *library, struct place *place, char *message,
                size_t room)
{
    place->handle = dlopen(library, RTLD_NOW | RTLD_LOCAL | BIND_TO_ITSELF);
    if (place->handle == NULL) {
        const char *why = dlerror();
        lacks_tls = strstr(why, "static TLS") != NULL;
        snprintf(message, room, "expected a library with a malloc: %s", why);
        return -1;
    }
    const char *missing = find_all(place);
    if (missing != NULL || is_own_malloc(place)) {
        snprintf(message, room, "%s: expected a malloc of its own, got no %s",
                 library, missing != NULL ? missing : "malloc");
        dlclose(place->handle);
        return -1;
    }
    return 0;
}

/* The place of a library, which is loaded once; or NULL. */
static struct place *place_of(const char *library, char *message, size_t room)
{
    struct place fresh;
    if (load(library, &fresh, message, room) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < n_places; i++) {
        if (places[i].handle == fresh.handle) {
            dlclose(fresh.handle);
            return &places[i];
        }
    }
    if (n_places == INSTALLED_MOST) {
        snprintf(message, room, "at most %d installed mallocs at a time",
                 INSTALLED_MOST);
        dlclose(fresh.handle);
        return NULL;
    }
    places[n_places] = fresh;
    return &places[n_places++];
}

int installed_open(const char *name, struct subject *subject, char *message,
                   size_t room)
{
    const struct place *place = place_of(library_of(name), message, room);
    if (place == NULL) {
        return -1;
    }
    size_t i = (size_t)(place - places);
    const char *slash = strrchr(name, '/');
    *subject = (struct subject){
        .kind = SUBJECT_FOREIGN, .policy = &policies[i], .foreign = &counts[i]};
    snprintf(subject->label, sizeof subject->label, "%s",
             slash != NULL ? slash + 1 : name);
    return 0;
}
