/* A Kafka Connect worker of one connector that counts what would change something; and the same
 * connector as MSK Connect has it, with what AWS tells about its cluster. In threads of this
 * process, on loopback. */
#ifndef SUPPORT_FAKE_WORKER_H
#define SUPPORT_FAKE_WORKER_H

#include <pthread.h>
#include <stdbool.h>

enum { FAKE_WORKER_TALKS = 32 };

struct fake_worker {
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t has_left;
    int talks[FAKE_WORKER_TALKS]; /* connections, which are kept for more requests; -1 none */
    char config[16384];           /* its settings as JSON; a PUT replaces them */
    const char *state;            /* "RUNNING"; pause and resume change it */
    const char *cluster;          /* the name of the only MSK cluster there is: "prod" */
    int n_reads, n_writes;
    char written[8192];  /* method, path and body of each write, a line each */
    bool does_cut;       /* a write is done, and its answer lost */
    bool does_ignore;    /* a write is counted, and not done */
    bool does_fail;      /* a write is answered 200 with the body of an error */
    const char *becomes; /* NULL, or its settings after a write of settings, whatever was written */
    bool is_there;       /* the connector is */
    bool is_ending;
};

/* config: JSON of the connector "sink"'s settings. */
void fake_worker_start(struct fake_worker *worker, const char *config);
void fake_worker_set(struct fake_worker *worker, const char *config);
void fake_worker_stop(struct fake_worker *worker);
int fake_worker_writes(struct fake_worker *worker);
/* The settings as they are now, and what was written; both into out. */
void fake_worker_config(struct fake_worker *worker, char *out, size_t cap);
void fake_worker_written(struct fake_worker *worker, char *out, size_t cap);

/* Let it behave otherwise, while it may be answering somebody. */
#define FAKE_WORKER_SET(worker, field, value)                                                      \
    do {                                                                                           \
        pthread_mutex_lock(&(worker)->lock);                                                       \
        (worker)->field = (value);                                                                 \
        pthread_mutex_unlock(&(worker)->lock);                                                     \
    } while (0)

#endif
