"""Common passwords: the ones of eight and more characters that guessers try first, folded."""

from __future__ import annotations

_WORDS = """
00000000 000000000 0000000000 01234567 0123456789 0987654321 10101010 11111111 111111111
1111111111 11223344 1122334455 12121212 123123123 1231231234 12341234 12344321 123454321
12345678 123456789 1234567890 12345678900 1234567891 12345678910 123456789a 123456789q
123456789abc 123456abc 123456asd 123456qwe 123456abcd 12345qwert 1234abcd 1234qwer
12qwaszx 123qweasd 123qwe123 123qweasdzxc 13131313 13145200 1314520520 131452000 147258369
147852369 159357456 159753456 1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc 1qazxsw2
20202020 21212121 22222222 31415926 314159265 33333333 44444444 520131400 5201314520
52013141314 521521521 55555555 55667788 66666666 666666666 66668888 741852963 77777777
77778888 789456123 78787878 86868686 87654321 88888888 888888888 8888888888 963852741
98765432 987654321 9876543210 99999999 999999999 a1234567 a12345678 a123456789 a1b2c3d4
a1s2d3f4 aa123456 aa12345678 aa123456789 aaa123456 aaaaaaaa abc12345 abc123456 abc123456789
abcd1234 abcd12345 abcd123456 abcdefgh abcdefghi administrator admin123 admin1234 admin12345
admin123456 admin888 adminadmin as123456 asd12345 asd123456 asdasdasd asdf1234 asdfasdf
asdfghjk asdfghjkl baseball basketball buzhidao changeme charlie1 chocolate computer
dearbook default1 dragon123 facebook football football1 fuckyou1 google123 hello123 helloworld
hellohello iloveyou iloveyou1 iloveyou2 internet jennifer jordan23 killer123 letmein1
liverpool lovelove login123 master123 michael1 microsoft monkey123 mustang1 nihao123
nihao123456 p@ssw0rd p@ssword passw0rd password password! password1 password1! password12
password123 password1234 password123! password@123 pa$$w0rd princess princess1 q1w2e3r4
q1w2e3r4t5 qazwsxedc qazwsx123 qq123456 qq123456789 qq5201314 qwe12345 qwe123456 qweasdzxc
qwer1234 qwer12345 qwer123456 qwert123 qwert12345 qwerty12 qwerty123 qwerty1234 qwerty12345
qwerty123456 qwertyui qwertyuiop qwertyuiop123 root1234 root123456 sales123 samsung1
secret123 security shadow123 starwars sunshine sunshine1 superman superman1 temp1234 test1234
test12345 test123456 testtest trustno1 user1234 victoria wang1234 wang123456 welcome1
welcome123 welcome@123 whatever woaini00 woaini123 woaini1314 woaini520 woaini521
woaini5201314 woaiwojia wodemima wo123456 woshishui woshitiancai wsx12345 xiaoming x1234567
xiazhili z1234567 z123456789 zhang123 zhang123456 zaq12wsx zaq1zaq1 zaq1xsw2 zxc12345
zxc123456 zxcvbnm1 zxcvbnm123 zxcvbnma zz123456 zzzzzzzz
"""

COMMON = frozenset(_WORDS.split())
