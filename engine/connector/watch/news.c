#include "connector/watch/news.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct conn_job *conn_job_new(enum conn_ask ask)
{
    struct conn_job *job = calloc(1, sizeof *job);
    if (job != NULL) {
        job->ask = ask;
        job->made_ms = clock_even_ms();
        conn_init(&job->conn);
    }
    return job;
}

void conn_job_free(void *item)
{
    struct conn_job *job = item;
    if (job == NULL)
        return;
    conn_done(&job->conn);
    free(job->rows.rows);
    free(job->times);
    free(job->metered);
    free(job->command);
    loss_marks_done(&job->marks);
    free(job);
}

void conn_news_free(struct conn_news *news)
{
    if (news == NULL)
        return;
    conn_list_done(&news->list);
    for (size_t i = 0; i < news->n_metered; i++)
        free(news->metered[i].metrics);
    free(news->metered);
    free(news->log.text);
    free(news->rows.rows);
    free(news->times);
    free(news->probe);
    loss_marks_done(&news->marks);
    loss_marks_done(&news->seen);
    group_look_done(&news->group);
    free(news);
}
