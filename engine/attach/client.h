/* One client of the server: its lines, what it was sent last, and when it is given up. Thread: the
 * server's. */
#ifndef ATTACH_CLIENT_H
#define ATTACH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/wire.h"
#include "pintop/serving.h"

enum { CLIENT_TOPICS_MAX = 128 };

struct attach_client {
    struct wire wire; /* fd -1: the place is free */
    bool is_greeted;  /* it has said hello */
    bool is_ending;   /* it is closed as soon as its last line is written */
    int64_t pid;
    uint64_t first_id;
    const struct pt_snapshot *sent; /* the last one that it was given; NULL none */
    size_t frame_end;               /* bytes pending when the frame was put */
    int64_t moved_us;               /* when it last took something, or had taken all */
    char (*topics)[PT_TOPIC_MAX];   /* on its screen */
    size_t n_topics;
};

void client_begin(struct attach_client *client, int fd, uint64_t number, int64_t pid,
                  int64_t now_us);
void client_end(struct attach_client *client);

/* Reads and carries out what it asks. Returns false when it is to be dropped. */
bool client_read(struct attach_client *client, const struct pt_serving_host *host,
                 const char *hello, bool *is_look_new);
/* Writes what its socket takes. Returns false when it is to be dropped. */
bool client_write(struct attach_client *client, int64_t now_us);
/* When it is dropped unless it takes something before; INT64_MAX: it has taken all. */
int64_t client_due_us(const struct attach_client *client, int64_t stall_ms);

bool client_wants_frame(const struct attach_client *client, const struct pt_snapshot *now);
void client_put_frame(struct attach_client *client, const char *frame,
                      const struct pt_snapshot *now);

#endif
