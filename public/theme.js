// Before the first paint: the theme that was chosen on this device. What is stored may be anything.
try {
  const { theme } = JSON.parse(localStorage.getItem('watchloop.preferences') ?? '{}');
  if (['dark', 'light', 'contrast'].includes(theme)) document.documentElement.dataset.theme = theme;
} catch {
  // The system's theme, then.
}
