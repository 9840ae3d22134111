wrk.method = "POST"
wrk.body = '{"title": "Sprint 1", "goal": "A goal", "start_date": "2026-07-28T00:00:00Z", "finish_date": "2026-08-10T00:00:00Z"}'
