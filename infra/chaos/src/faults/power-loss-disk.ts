import { mkdir, open } from 'node:fs/promises'
import { canRun, runProgram } from './run-program.ts'
import { whyNoMount } from './small-disk.ts'

/** Why no power loss can be played here; undefined when it can. */
export async function whyNoPowerLoss(): Promise<string | undefined> {
  const why = await whyNoMount()
  if (why !== undefined) return why
  if (!(await canRun('losetup', '--find'))) return 'there is no loop device'
  if (!(await canRun('mkfs.ext4', '-V'))) return 'there is no program mkfs.ext4'
  return (await canRun('perl', '-e', '1')) ? undefined : 'there is no perl to call ioctl with'
}

/** A disk that loses its power on request. Disposing it unmounts it; the image is left. */
export interface PowerLossDisk extends AsyncDisposable {
  directory: string
  /**
   * From now on every write fails (EIO), and what was not synced is lost: not even the file system's log is written.
   * A sync that is under way may be said to have succeeded, and is lost too, as on no real disk: `processes` stop
   * (SIGSTOP) in the same moment and never hear of it.
   */
  losePower: (processes?: readonly number[]) => Promise<void>
  /** Mounts it again, as after a restart of the machine. Whoever used it must have ended. */
  restorePower: () => Promise<void>
}

/** Linux's EXT4_IOC_SHUTDOWN, and the flag that keeps it from writing its log first. */
const shutdownScript = `
  my ($directory, @processes) = @ARGV;
  open(my $disk, '<', $directory) or die "open: $!";
  my $flag = pack('L', 2);
  kill('STOP', @processes);
  defined ioctl($disk, 0x8004587D, $flag) or die "ioctl: $!";`

/** Makes an ext4 file system in the file `image` and mounts it at `directory`. */
export async function mountPowerLossDisk(
  image: string,
  directory: string,
  sizeBytes: number,
): Promise<PowerLossDisk> {
  const file = await open(image, 'wx')
  await file.truncate(sizeBytes)
  await file.close()
  await runProgram('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const mount = async (): Promise<void> => {
    await runProgram('mount', '-o', 'loop', image, directory)
  }
  await mount()
  let isMounted = true
  return {
    directory,
    losePower: async (processes = []) => {
      await runProgram('perl', '-e', shutdownScript, directory, ...processes.map(String))
    },
    restorePower: async () => {
      // While the machine is off nothing is mounted; the next mount replays the log.
      await runProgram('umount', directory)
      isMounted = false
      await mount()
      isMounted = true
    },
    [Symbol.asyncDispose]: async () => {
      if (isMounted) await runProgram('umount', '--lazy', directory)
    },
  }
}
