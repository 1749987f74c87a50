export { formatDistance, formatMoment, formatSpan } from '../domain/time.ts';
