// How cargo itself is taught to use the launcher: data only, nothing is started and nothing written.
export { cargoConfig, type CargoConfig, type CargoConfigInput } from './cargo-config.js';
export { cargoDoctor, type CargoDoctorInput, type CargoFinding } from './cargo-doctor.js';
export { cargoPlan, type CargoPlan, type CargoPlanInput } from './cargo-plan.js';
export type { NamedText } from './cargo-settings.js';
