// Which claims this reader was shown, and the newest correction at that time. Kept in this browser, for each newsroom
// the 500 claims that were shown last.

const MOST_CLAIMS = 500;

// The corrections of claims since they were shown here; `claims` are those that are shown now.
async function findChanges(site, claims) {
  const corrections = await fetchCorrections(site);
  const { [site]: entries = [] } = await chrome.storage.local.get(site);
  const seen = new Map(entries);
  const changes = corrections.filter(({ claim_id, published_at }) => published_at > seen.get(claim_id));
  const newest = corrections[0]?.published_at || "";
  for (const id of [...changes.map(({ claim_id }) => claim_id), ...claims.map((claim) => claim.id)]) {
    seen.delete(id);
    seen.set(id, newest);
  }
  await chrome.storage.local.set({ [site]: [...seen].slice(-MOST_CLAIMS) });
  return changes;
}
