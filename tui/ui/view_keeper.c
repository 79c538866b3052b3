#include "ui/view_keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/engine.h"
#include "pintop/view.h"
#include "ui/apart.h"

struct view_keeper {
    char *dir, context[64];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock. */
    char *read, *waiting; /* what was read; what is to be written, NULL nothing */
    bool is_read, is_taken, is_ending, is_over;
    bool is_left; /* the UI waits no longer: the thread frees it */
};

static void keeper_free(struct view_keeper *keeper)
{
    free(keeper->dir);
    free(keeper->read);
    free(keeper->waiting);
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

static void keeper_read(struct view_keeper *keeper)
{
    char *text = NULL;
    struct pt_error err = {0};
    pt_code code = pt_view_read(keeper->dir, keeper->context, &text, &err);
    if (code != PT_OK && code != PT_ENOTFOUND)
        pt_log_error(&err);
    pthread_mutex_lock(&keeper->lock);
    keeper->read = text;
    keeper->is_read = true;
    pthread_mutex_unlock(&keeper->lock);
}

/* Waits for the next text; NULL: the end. */
static char *keeper_next(struct view_keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    while (keeper->waiting == NULL && !keeper->is_ending)
        pthread_cond_wait(&keeper->changed, &keeper->lock);
    char *text = keeper->waiting;
    keeper->waiting = NULL;
    pthread_mutex_unlock(&keeper->lock);
    return text;
}

static void *keeper_run(void *arg)
{
    struct view_keeper *keeper = arg;
    bool is_told = false;
    pthread_setname_np(pthread_self(), "view");
    keeper_read(keeper);
    for (char *text; (text = keeper_next(keeper)) != NULL; free(text)) {
        struct pt_error err = {0};
        if (pt_view_write(keeper->dir, keeper->context, text, &err) == PT_OK || is_told)
            continue;
        pt_log_error(&err);
        is_told = true; /* once: the disk stays as it is, and views change with every key */
    }
    pthread_mutex_lock(&keeper->lock);
    keeper->is_over = true;
    bool is_left = keeper->is_left;
    pthread_cond_broadcast(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
    if (is_left)
        keeper_free(keeper);
    return NULL;
}

struct view_keeper *view_keeper_start(const char *dir, const char *context)
{
    struct view_keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL)
        return NULL;
    apart_cond_init(&keeper->changed);
    pthread_mutex_init(&keeper->lock, NULL);
    keeper->dir = strdup(dir);
    snprintf(keeper->context, sizeof keeper->context, "%s", context);
    if (keeper->dir != NULL && apart_start(keeper_run, keeper))
        return keeper;
    keeper_free(keeper);
    return NULL;
}

bool view_keeper_take(struct view_keeper *keeper, char **text)
{
    pthread_mutex_lock(&keeper->lock);
    bool is_new = keeper->is_read && !keeper->is_taken;
    if (is_new) {
        *text = keeper->read;
        keeper->read = NULL;
        keeper->is_taken = true;
    }
    pthread_mutex_unlock(&keeper->lock);
    return is_new;
}

void view_keeper_put(struct view_keeper *keeper, const char *text)
{
    char *copy = strdup(text);
    pthread_mutex_lock(&keeper->lock);
    free(keeper->waiting);
    keeper->waiting = copy;
    pthread_cond_broadcast(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
}

void view_keeper_end(struct view_keeper *keeper, int64_t limit_ms)
{
    if (keeper == NULL)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->is_ending = true;
    pthread_cond_broadcast(&keeper->changed);
    bool is_over = apart_wait(&keeper->changed, &keeper->lock, &keeper->is_over, limit_ms);
    keeper->is_left = true;
    pthread_mutex_unlock(&keeper->lock);
    if (is_over)
        keeper_free(keeper);
}
