-- Uses up the address with the digest $1 at the moment $2; answers its job, if it still counts.
update jobs
set link_digest = null,
    link_until = null
where link_digest = $1 and link_until > $2
returning id, result
