export { formatDistance, formatMoment } from '../domain/time.ts';
