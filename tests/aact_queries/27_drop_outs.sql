-- Why did participants leave?
SELECT reason, SUM(count) AS participants
FROM ctgov.drop_withdrawals
GROUP BY reason
HAVING SUM(count) > 0
ORDER BY participants DESC, reason;
