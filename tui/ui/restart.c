#include "ui/restart.h"

#include <string.h>

static void *restart_free_old(void *arg)
{
    struct restart *restart = arg;
    pthread_setname_np(pthread_self(), "restart");
    pt_link_stop(&restart->old, "started again with other settings", 0);
    pt_link_free(&restart->old);
    atomic_store(&restart->is_over, true);
    return NULL;
}

pt_code restart_begin(struct restart *restart, struct pt_link *link, struct pt_config *next,
                      struct pt_error *err)
{
    restart->old = *link;
    restart->next = next;
    atomic_store(&restart->is_over, false);
    if (pthread_create(&restart->thread, NULL, restart_free_old, restart) != 0)
        return pt_error_set(err, PT_ENOMEM, "Quit pintop, and start it again",
                            "restart: no thread can be started");
    restart->is_on = true;
    memset(link, 0, sizeof *link);
    return PT_OK;
}

bool restart_is_over(struct restart *restart)
{
    return restart->is_on && atomic_load(&restart->is_over);
}

struct pt_config *restart_take(struct restart *restart)
{
    struct pt_config *next = restart->next;
    pthread_join(restart->thread, NULL);
    restart->is_on = false;
    restart->next = NULL;
    return next;
}
