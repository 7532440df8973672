/*
 * Sits between a process and the C library and writes down every change of the files below one folder, in the order in
 * which the changes happen: what a crash at any moment would leave can then be rebuilt.
 *
 * HOLDFAST_SHIM_ROOT   the folder
 * HOLDFAST_SHIM_LOG    the file to write to
 *
 * A process talks to it by unlinking names that begin with /holdfast-shim/:
 *   mark/...           noted as it is
 *   sync-fails         every flush of a file below the folder fails with EIO from now on
 *   full, space        every write that needs space fails with ENOSPC from now on; no longer
 *
 * A record: one byte kind, then strings and byte runs with a length of 8 bytes before them, and numbers of 8 bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FDS 4096
#define CONTROL "/holdfast-shim/"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *paths[MAX_FDS];
static char root[PATH_MAX];
static size_t root_len;
static int log_fd = -1;
static int sync_fails, full;

#define REAL(name, ret, ...) \
    static ret (*real)(__VA_ARGS__); \
    if (!real) real = (ret (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t raw_write(int fd, const void *data, size_t len) {
    REAL("write", ssize_t, int, const void *, size_t);
    return real(fd, data, len);
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("HOLDFAST_SHIM_ROOT"), *log = getenv("HOLDFAST_SHIM_LOG");
    if (!folder || !log) return;
    snprintf(root, sizeof root, "%s", folder);
    root_len = strlen(root);
    log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static const char *below(const char *path) {
    if (log_fd < 0 || !path || strncmp(path, root, root_len)) return NULL;
    if (path[root_len] == 0) return "";
    return path[root_len] == '/' ? path + root_len + 1 : NULL;
}

static void put(const void *data, size_t len) {
    const char *at = data;
    while (len) {
        ssize_t done = raw_write(log_fd, at, len);
        if (done <= 0) abort();
        at += done;
        len -= (size_t)done;
    }
}

static void put_number(uint64_t number) { put(&number, sizeof number); }

static void put_bytes(const void *data, size_t len) {
    put_number(len);
    put(data, len);
}

static void note(char kind, const char *path) {
    put(&kind, 1);
    put_bytes(path, strlen(path));
}

static void opened(int fd, const char *name, int flags, int existed) {
    if (fd < 0 || fd >= MAX_FDS) return;
    free(paths[fd]);
    paths[fd] = strdup(name);
    if ((flags & O_CREAT) && !existed) note('C', name);
    else if (flags & O_TRUNC) {
        note('T', name);
        put_number(0);
    }
}

static int open_below(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    const char *name = below(path);
    if (!name) return real(path, flags, mode);
    pthread_mutex_lock(&lock);
    int existed = access(path, F_OK) == 0;
    int fd = real(path, flags, mode);
    int error = errno;
    opened(fd, name, flags, existed);
    pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

#define OPEN(symbol) \
    int symbol(const char *path, int flags, ...) { \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        REAL(#symbol, int, const char *, int, ...); \
        return open_below(real, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

/* Only ever called with whole paths, or to walk folders that are being removed. */
#define OPENAT(symbol) \
    int symbol(int folder, const char *path, int flags, ...) { \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        REAL(#symbol, int, int, const char *, int, ...); \
        pthread_mutex_lock(&lock); \
        const char *name = below(path); \
        char joined[PATH_MAX]; \
        if (!name && log_fd >= 0 && path[0] != '/' && folder >= 0 && folder < MAX_FDS && paths[folder]) { \
            snprintf(joined, sizeof joined, "%s%s%s", paths[folder], paths[folder][0] ? "/" : "", path); \
            name = joined; \
        } \
        int existed = name && faccessat(folder, path, F_OK, 0) == 0; \
        int fd = real(folder, path, flags, mode); \
        int error = errno; \
        if (name) opened(fd, name, flags, existed); \
        pthread_mutex_unlock(&lock); \
        errno = error; \
        return fd; \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
    REAL("close", int, int);
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < MAX_FDS) {
        free(paths[fd]);
        paths[fd] = NULL;
    }
    int result = real(fd);
    pthread_mutex_unlock(&lock);
    return result;
}

static const char *path_of(int fd) {
    return log_fd >= 0 && fd >= 0 && fd < MAX_FDS ? paths[fd] : NULL;
}

static void wrote(const char *name, off_t at, const void *data, ssize_t len) {
    if (len <= 0) return;
    note('W', name);
    put_number((uint64_t)at);
    put_bytes(data, (size_t)len);
}

ssize_t write(int fd, const void *data, size_t len) {
    if (!path_of(fd)) return raw_write(fd, data, len);
    pthread_mutex_lock(&lock);
    ssize_t done;
    if (full) {
        errno = ENOSPC;
        done = -1;
    } else {
        struct stat stat;
        int append = fcntl(fd, F_GETFL) & O_APPEND;
        off_t at = append && fstat(fd, &stat) == 0 ? stat.st_size : lseek(fd, 0, SEEK_CUR);
        done = raw_write(fd, data, len);
        wrote(paths[fd], at, data, done);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

/* Writes of several runs are made one by one: nobody here depends on their being one. */
ssize_t writev(int fd, const struct iovec *runs, int count) {
    if (!path_of(fd)) {
        REAL("writev", ssize_t, int, const struct iovec *, int);
        return real(fd, runs, count);
    }
    for (int run = 0; run < count; run++)
        if (runs[run].iov_len) return write(fd, runs[run].iov_base, runs[run].iov_len);
    return 0;
}

#define PWRITE(symbol, offset) \
    ssize_t symbol(int fd, const void *data, size_t len, offset at) { \
        REAL(#symbol, ssize_t, int, const void *, size_t, offset); \
        if (!path_of(fd)) return real(fd, data, len, at); \
        pthread_mutex_lock(&lock); \
        ssize_t done = real(fd, data, len, at); \
        int error = errno; \
        wrote(paths[fd], at, data, done); \
        pthread_mutex_unlock(&lock); \
        errno = error; \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(symbol, offset) \
    int symbol(int fd, offset size) { \
        REAL(#symbol, int, int, offset); \
        if (!path_of(fd)) return real(fd, size); \
        pthread_mutex_lock(&lock); \
        int result = real(fd, size); \
        int error = errno; \
        if (result == 0) { \
            note('T', paths[fd]); \
            put_number((uint64_t)size); \
        } \
        pthread_mutex_unlock(&lock); \
        errno = error; \
        return result; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(symbol) \
    int symbol(int fd) { \
        REAL(#symbol, int, int); \
        if (!path_of(fd)) return real(fd); \
        pthread_mutex_lock(&lock); \
        int result; \
        if (sync_fails) { \
            errno = EIO; \
            result = -1; \
        } else { \
            result = real(fd); \
            if (result == 0) note('S', paths[fd]); \
        } \
        int error = errno; \
        pthread_mutex_unlock(&lock); \
        errno = error; \
        return result; \
    }
SYNC(fsync)
SYNC(fdatasync)

static int renamed(const char *from, const char *to, int result) {
    int error = errno;
    const char *old = below(from), *new = below(to);
    if (result == 0 && old && new) {
        note('R', old);
        put_bytes(new, strlen(new));
        /* An open file keeps its identity under the new name. */
        for (int fd = 0; fd < MAX_FDS; fd++)
            if (paths[fd] && !strcmp(paths[fd], old)) {
                free(paths[fd]);
                paths[fd] = strdup(new);
            }
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int rename(const char *from, const char *to) {
    REAL("rename", int, const char *, const char *);
    pthread_mutex_lock(&lock);
    return renamed(from, to, real(from, to));
}

int renameat(int old, const char *from, int new, const char *to) {
    REAL("renameat", int, int, const char *, int, const char *);
    pthread_mutex_lock(&lock);
    return renamed(from, to, real(old, from, new, to));
}

int renameat2(int old, const char *from, int new, const char *to, unsigned flags) {
    REAL("renameat2", int, int, const char *, int, const char *, unsigned);
    pthread_mutex_lock(&lock);
    return renamed(from, to, real(old, from, new, to, flags));
}

static int control(const char *path) {
    if (log_fd < 0 || strncmp(path, CONTROL, strlen(CONTROL))) return 0;
    const char *command = path + strlen(CONTROL);
    pthread_mutex_lock(&lock);
    if (!strcmp(command, "sync-fails")) sync_fails = 1;
    if (!strcmp(command, "full")) full = 1;
    if (!strcmp(command, "space")) full = 0;
    if (!strncmp(command, "mark/", 5)) note('A', command + 5);
    pthread_mutex_unlock(&lock);
    return 1;
}

int unlink(const char *path) {
    REAL("unlink", int, const char *);
    if (control(path)) return 0;
    pthread_mutex_lock(&lock);
    int result = real(path);
    int error = errno;
    if (result == 0 && below(path)) note('U', below(path));
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int rmdir(const char *path) {
    REAL("rmdir", int, const char *);
    pthread_mutex_lock(&lock);
    int result = real(path);
    int error = errno;
    if (result == 0 && below(path)) note('X', below(path));
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int unlinkat(int folder, const char *path, int flags) {
    REAL("unlinkat", int, int, const char *, int);
    pthread_mutex_lock(&lock);
    char joined[PATH_MAX];
    const char *name = below(path);
    if (!name && path[0] != '/' && path_of(folder)) {
        snprintf(joined, sizeof joined, "%s%s%s", paths[folder], paths[folder][0] ? "/" : "", path);
        name = joined;
    }
    int result = real(folder, path, flags);
    int error = errno;
    if (result == 0 && name) note(flags & AT_REMOVEDIR ? 'X' : 'U', name);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int mkdir(const char *path, mode_t mode) {
    REAL("mkdir", int, const char *, mode_t);
    pthread_mutex_lock(&lock);
    int result = real(path, mode);
    int error = errno;
    if (result == 0 && below(path)) note('D', below(path));
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}
