#include "jobs/inside.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double kilobytes_of(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    return line ? strtod(line + strlen(name), NULL) / 1024 : 0;
}

memory_figures memory_read(void)
{
    char status[4096];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, status, sizeof status - 1);
    if (fd >= 0) close(fd);
    if (length < 0) return (memory_figures){ 0 };
    status[length] = 0;
    return (memory_figures){ .resident_mb = kilobytes_of(status, "\nVmRSS:"),
                             .peak_mb = kilobytes_of(status, "\nVmHWM:"),
                             .data_mb = kilobytes_of(status, "\nVmData:") };
}

/* What the kernel does not take is no harm: the peak is then that of the process, and nobody is preferred. */
static void tell_kernel(const char *path, const char *value)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t written = write(fd, value, strlen(value));
    (void)written;
    close(fd);
}

void memory_start_peak(void)
{
    tell_kernel("/proc/self/clear_refs", "5");
}

void memory_be_first_to_go(void)
{
    tell_kernel("/proc/self/oom_score_adj", "500");
}

/* RLIMIT_DATA counts private writable memory, also that of a sanitizer, which reserves terabytes: the limit is on top
 * of what is there. RLIMIT_AS would count what is only reserved, such as each thread's heap. */
void memory_limit(int64_t megabytes)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit)) return;
    rlim_t wanted = RLIM_INFINITY;
    if (megabytes > 0) wanted = (rlim_t)((memory_read().data_mb + (double)megabytes) * 1024 * 1024);
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_DATA, &limit);
}

void memory_give_back(void)
{
    malloc_trim(0);
}

int64_t compute_ms_now(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return (int64_t)spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
}
